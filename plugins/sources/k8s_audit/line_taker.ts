/** Lines of files on their way to the rules, and what is to be said of those that are no events. */
import { Buffer } from "node:buffer";
import type { Logger } from "../../../core/mod.ts";
import type { AuditIntake } from "./intake.ts";
import { pause } from "./pause.ts";
import { isBlankLine, type LineCut } from "./lines.ts";

/** Between two messages about the same file. */
const TELL_EVERY_MS = 30_000;
/** Events over several lines are what people make of them to look at. */
const NOT_A_LINE = "it is no JSON, and every line is to be an event or a list of events";
/** How long to wait while other inputs have more than enough waiting. */
const BUSY_MS = 20;
/** Of a line that cannot be used this much is shown. */
const SAMPLE_BYTES = 120;

export interface LineTakerOptions {
  /** The file, to tell of it. */
  readonly path: string;
  readonly log: Logger;
  /** Aborts when nothing more is wanted. */
  readonly signal: AbortSignal;
}

/** The log makes what cannot be printed visible. */
export class LineTaker {
  readonly #intake: AuditIntake;
  readonly #log: Logger;
  readonly #path: string;
  readonly #signal: AbortSignal;
  #unusable = 0;
  #toldAtMs = -Infinity;
  #number = 0;
  #hasJson = false;
  #hasOthers = false;

  constructor(intake: AuditIntake, options: LineTakerOptions) {
    const { path, log, signal } = options;
    this.#intake = intake;
    this.#signal = signal;
    this.#path = path;
    this.#log = log;
  }

  /** There were lines, and not one of them was JSON. */
  get isNoLog(): boolean {
    return this.#hasOthers && !this.#hasJson;
  }

  /** Resolves when the line has been judged; false: nothing more is taken, it was not judged. */
  async take({ line, bytes }: LineCut): Promise<boolean> {
    this.#number++;
    if (line === undefined) {
      this.#intake.passOver("too-large");
      this.#tell(`it is ${bytes} bytes long`, undefined);
      return true;
    }
    if (isBlankLine(line)) return true;
    let taken = await this.#intake.take(line);
    while (taken.kind === "busy") {
      await pause(BUSY_MS, this.#signal);
      taken = this.#signal.aborted ? { kind: "ended" } : await this.#intake.take(line);
    }
    if (taken.kind === "ended") return false;
    const [problem] = taken.problems;
    // JSON that is no event is told of and otherwise fine, as in Falco.
    if (problem?.kind !== "malformed") this.#hasJson = true;
    if (problem) this.#tell(problem.kind === "malformed" ? NOT_A_LINE : problem.detail, line);
    return true;
  }

  /** Once in a while, with the last one as a sample. */
  #tell(what: string, line: Uint8Array | undefined): void {
    this.#hasOthers = true;
    this.#unusable++;
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < TELL_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    const others = this.#unusable > 1 ? ` (and ${this.#unusable - 1} more before)` : "";
    const begins = line === undefined
      ? ""
      : `; it begins: ${Buffer.from(line.subarray(0, SAMPLE_BYTES)).toString("utf8")}`;
    this.#log.warning(
      `k8s_audit: line ${this.#number} of "${this.#path}" cannot be used: ${what}${others}${begins}`,
    );
    this.#unusable = 0;
  }
}
