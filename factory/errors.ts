/** What went wrong, for callers that react to it; the message says it in words. */
export type FactoryErrorCode =
  | "empty-folder"
  | "unreadable-file"
  | "empty-contribution"
  | "bad-references"
  | "no-contributions"
  | "kept-mismatch"
  | "root-mismatch"
  | "rows-missing"
  | "all-rows-dropped"
  | "bad-config"
  | "diverged"
  | "output-exists"
  | "bad-manifest"
  | "hash-mismatch"
  | "base-mismatch"
  | "adapter-mismatch";

/** A run of the factory, or an artifact of it, that cannot be used. */
export class FactoryError extends Error {
  override name = "FactoryError";
  readonly code: FactoryErrorCode;

  constructor(code: FactoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
