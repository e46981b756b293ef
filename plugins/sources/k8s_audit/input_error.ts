/** Why audit events cannot be had from where they were to come from. */

export type InputErrorCode =
  /** There is no such file or directory, or it may not be read. */
  | "open-failed"
  /** It is there, and neither a file nor a directory. */
  | "no-file"
  /** There are lines in it, and none is an event. */
  | "no-log"
  /** Reading began and failed. */
  | "read-failed";

export class InputError extends Error {
  override readonly name = "InputError";
  /** What a user can do. */
  readonly help: string | undefined;

  constructor(
    readonly code: InputErrorCode,
    message: string,
    { help, cause }: { readonly help?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.help = help;
  }
}
