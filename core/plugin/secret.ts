/** Texts that nobody is to see: keys, passwords, addresses that carry a token. */
import { readFileSync, statSync } from "node:fs";
import { SinkError } from "./sink_error.ts";

const LARGEST_FILE = 64 << 10;

/** Prints as `[secret]`, in JSON and in templates too. */
export class Secret {
  readonly #value: string | undefined;
  readonly #file: string | undefined;

  constructor(from: { readonly value: string } | { readonly file: string }) {
    if ("value" in from) this.#value = from.value;
    else this.#file = from.file;
  }

  /** Nothing was written. */
  get isEmpty(): boolean {
    return this.#value === "";
  }

  /**
   * The text itself. A file is read each time, so that it may be replaced, and its last line end is
   * left out; throws `SinkError` (`unavailable`) where it cannot be read.
   */
  reveal(): string {
    if (this.#value !== undefined) return this.#value;
    const file = this.#file!;
    try {
      const found = statSync(file);
      // A named pipe would have to be waited for.
      if (!found.isFile()) throw new Error("it is no file");
      if (found.size > LARGEST_FILE) throw new Error(`it has more than ${LARGEST_FILE} bytes`);
      return readFileSync(file, "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      throw new SinkError(
        "unavailable",
        `Cannot read the secret in "${file}": ${reasonOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("Deno.customInspect")](): string {
    return "[secret]";
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("code" in error)) return error.message;
  if (error.code === "ENOENT") return "there is no such file";
  if (error.code === "EACCES") return "falcod may not read it";
  return error.message;
}
