/** The compiled probe: built by `deno task probe`, or embedded in the binary at the same place. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Best first: plain loads where the kernel allows them, else helper reads. */
const OBJECT_NAMES = ["falcod-cast.bpf.o", "falcod.bpf.o"] as const;
const OWN_FOLDER = new URL("../../../build/probe", import.meta.url);

/** The probe is not where it should be; `message` says where and how to get it. */
export class ProbeMissing extends Error {
  override readonly name = "ProbeMissing";
  readonly code = "probe-missing";
}

export function readProbeObjects(folder: string | undefined): Uint8Array<ArrayBuffer>[] {
  const place = folder ?? fileURLToPath(OWN_FOLDER);
  try {
    return OBJECT_NAMES.map((name) => Deno.readFileSync(join(place, name)));
  } catch (cause) {
    throw new ProbeMissing(
      `Cannot read the compiled probe in ${place}: build it with "deno task probe" (needs clang and libbpf-dev)`,
      { cause },
    );
  }
}
