/** The file that snapshots are appended to, one line of JSON each: `metrics.output_file`. */
import type { Logger } from "../../plugin/mod.ts";
import { reasonOf } from "../files.ts";

const ROOT = 0;

/**
 * Opened for every line: whoever rotates it by renaming gets his file to himself. A link of somebody
 * else's is not followed, and nothing is written into what is neither a file nor a device.
 */
export class StatsFile {
  readonly #path: string;
  readonly #log: Logger;
  #isFailing = false;
  /** A line may have been cut short: the next one starts on a line of its own. */
  #wasCut = false;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** Never rejects; trouble is told once. */
  async append(line: string): Promise<void> {
    try {
      await this.#append(new TextEncoder().encode(`${this.#wasCut ? "\n" : ""}${line}\n`));
      if (this.#isFailing) this.#log.warning(`metrics go to "${this.#path}" again`);
      this.#isFailing = this.#wasCut = false;
    } catch (error) {
      if (!this.#isFailing) {
        this.#log.error(`Cannot write metrics to "${this.#path}": ${reasonOf(error)}`);
      }
      this.#isFailing = true;
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await refuseStrangers(this.#path);
    using file = await Deno.open(this.#path, { append: true, create: true });
    const { isFile, isCharDevice } = await file.stat();
    if (!isFile && !isCharDevice) throw new Error("what is there is no file");
    for (let at = 0; at < bytes.length;) {
      at += await file.write(bytes.subarray(at));
      this.#wasCut = at < bytes.length;
    }
  }
}

async function refuseStrangers(path: string): Promise<void> {
  let found: Deno.FileInfo;
  try {
    found = await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const isOurs = found.uid === ROOT || found.uid === Deno.uid();
  if (found.isSymlink && !isOurs) throw new Error("what is there is a link of somebody else's");
  // Opened, it would wait for a reader.
  if (found.isFifo || found.isSocket) throw new Error("what is there is no file");
}
