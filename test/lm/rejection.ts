/** The message that a promise rejects with; throws if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the promise was expected to reject");
}
