// Not one of the project's tests: it fails whatever it is run over, for mutate.test.ts to see that told.
describe("Tally", () => {
  it("is never right", () => {
    throw new Error("as it should");
  });
});
