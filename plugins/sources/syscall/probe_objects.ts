/** The compiled probe: built by `deno task probe`, or in the binary. */

import { join } from "node:path";
import { isBinary, ownPath, readOwnFile } from "../../../core/mod.ts";

/** Best first: plain loads where the kernel allows them, else helper reads. */
const OBJECT_NAMES = ["falcod-cast.bpf.o", "falcod.bpf.o"] as const;
const OWN_FOLDER = "build/probe";

/** The probe is not where it should be; `message` says where and how to get it. */
export class ProbeMissing extends Error {
  override readonly name = "ProbeMissing";
  readonly code = "probe-missing";
}

export function readProbeObjects(folder: string | undefined): Uint8Array<ArrayBuffer>[] {
  try {
    return OBJECT_NAMES.map((name) =>
      folder === undefined
        ? readOwnFile(join(OWN_FOLDER, name))
        : Deno.readFileSync(join(folder, name))
    );
  } catch (cause) {
    const place = folder ?? ownPath(OWN_FOLDER);
    const help = isBinary() ? "" : ': build it with "deno task probe" (needs clang and libbpf-dev)';
    throw new ProbeMissing(`Cannot read the compiled probe in ${place}${help}`, { cause });
  }
}
