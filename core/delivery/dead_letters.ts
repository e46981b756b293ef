/** A file of alerts that were given up: a JSON object a line, with the sink, the reason and the alert. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FormattedAlert, Formatter, Logger } from "../plugin/mod.ts";
import { reasonOf } from "./_trouble.ts";

export interface DeadLetterOptions {
  readonly path: string;
  /** Makes JSON. */
  readonly formatter: Formatter;
  readonly log: Logger;
  /** Larger, it is renamed to `….1`, in place of an earlier one, and a new one begins; 64 MiB. */
  readonly maxBytes?: number;
}

/** With so many waiting for the disk no further ones are taken. */
const MOST_WAITING = 10_000;
/** The same of UTF-16 units. */
const MOST_WAITING_UNITS = 64 << 20;
/** Units that are written at once, and one alert more. */
const WRITTEN_UNITS = 16 << 20;

export class DeadLetters {
  readonly #options: DeadLetterOptions;
  #waiting: string[] = [];
  #units = 0;
  #writing: Promise<void> | undefined;
  #isFailing = false;

  constructor(options: DeadLetterOptions) {
    this.#options = options;
  }

  /** Returns at once and never throws; trouble is told once. */
  add(sink: string, alerts: readonly FormattedAlert[], reason: string): void {
    const time = new Date().toISOString();
    const { formatter } = this.#options;
    const head = JSON.stringify({ time, sink, reason }).slice(0, -1);
    if (this.#waiting.length >= MOST_WAITING || this.#units >= MOST_WAITING_UNITS) {
      return this.#failed(new Error("the disk does not keep up"));
    }
    for (const { alert } of alerts) {
      try {
        const line = `${head},"alert":${formatter.format(alert)}}\n`;
        this.#waiting.push(line);
        this.#units += line.length;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#writing ??= this.#write();
  }

  /** Resolves when all of it has been written, or cannot be. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { path, log } = this.#options;
    while (this.#waiting.length > 0) {
      const bytes = this.#next();
      try {
        await this.#append(bytes);
        if (this.#isFailing) log.warning(`Alerts that are given up go to "${path}" again`);
        this.#isFailing = false;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#writing = undefined;
  }

  /** Takes the oldest out. */
  #next(): Uint8Array {
    let units = 0, count = 0;
    while (count < this.#waiting.length && units < WRITTEN_UNITS) {
      units += this.#waiting[count++]!.length;
    }
    this.#units -= units;
    return new TextEncoder().encode(this.#waiting.splice(0, count).join(""));
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { path, maxBytes = 64 << 20 } = this.#options;
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    // Neither a link is followed nor a pipe waited for: others may write in that folder.
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
    let file = await open(path, flags, 0o600);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new Error("what is there is no file");
      if (stat.size > 0 && stat.size + bytes.length > maxBytes) {
        await Deno.rename(path, `${path}.1`);
        await file.close();
        file = await open(path, flags, 0o600);
      }
      for (let at = 0; at < bytes.length;) {
        at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  }

  #failed(error: unknown): void {
    const { path, log } = this.#options;
    if (!this.#isFailing) {
      log.error(`Cannot write alerts that are given up to "${path}": ${reasonOf(error)}`);
    }
    this.#isFailing = true;
  }
}
