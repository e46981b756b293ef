/** Files put aside: NAME.1 is the newest, NAME.2.gz the one before it. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";

export interface RotationSettings {
  /** Infinity: whatever its size. */
  readonly maxSizeBytes: number;
  /** Infinity: whatever its age. */
  readonly maxAgeMs: number;
  readonly keep: number;
  readonly compress: boolean;
}

const KINDS = ["", ".gz"] as const;

/** Makes room for NAME.1, leaves out what is more than `keep`, and puts the file there. */
export async function putAside(path: string, keep: number): Promise<void> {
  for (let number = keep; number > 0; number--) {
    for (const kind of KINDS) {
      const from = `${path}.${number}${kind}`;
      if (number === keep) await unlessMissing(Deno.remove(from));
      else await unlessMissing(Deno.rename(from, `${path}.${number + 1}${kind}`));
    }
  }
  await Deno.rename(path, `${path}.1`);
}

/** Read in small steps: compressing shares its thread with detection. */
const STEP_BYTES = 16 << 10;

/** NAME.1 becomes NAME.1.gz; stays as it is when the signal aborts or something goes wrong. */
export async function compressNewest(
  path: string,
  { mode, signal }: { readonly mode: number; readonly signal: AbortSignal },
): Promise<void> {
  const from = `${path}.1`, part = `${from}.gz.part`;
  await unlessMissing(Deno.remove(part));
  try {
    await using source = await openOwn(from);
    const target = await Deno.open(part, { write: true, createNew: true, mode });
    await stepsOf(source, signal).pipeThrough(new CompressionStream("gzip")).pipeTo(
      target.writable,
    );
    await Deno.rename(part, `${from}.gz`);
    await Deno.remove(from);
  } catch (error) {
    await unlessMissing(Deno.remove(part));
    if (!signal.aborted) throw error;
  }
}

/** Where others may write, NAME.1 may be a link to what nobody else is to read. */
async function openOwn(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (stats.isFile() && stats.uid === Deno.uid() && stats.nlink === 1) return file;
  await file.close();
  throw new Error("it is not the file that was put aside");
}

function stepsOf(
  source: FileHandle,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      signal.throwIfAborted();
      await setImmediate();
      const step = new Uint8Array(STEP_BYTES);
      const { bytesRead } = await source.read(step);
      if (bytesRead === 0) controller.close();
      else controller.enqueue(step.subarray(0, bytesRead));
    },
  });
}

async function unlessMissing(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
