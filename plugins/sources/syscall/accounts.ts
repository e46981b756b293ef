/** Users and groups as the processes of a container know them. */
import { type AccountFiles, decodeUtf8 } from "../../../core/mod.ts";
import { ForeignRoot } from "../../../ffi/mod.ts";

/** As much as some thousand users take. */
const MAX_BYTES = 256 * 1024;

/** Absent when the process is gone or its files cannot be looked at; "host": they are the host's own. */
export function readAccounts(
  processId: number,
  proc: string,
): AccountFiles | "host" | undefined {
  using root = ForeignRoot.open(processId, proc);
  if (!root) return undefined;
  if (root.isOwn) return "host";
  const text = (path: string) => {
    const bytes = root.read(path, MAX_BYTES);
    return bytes && decodeUtf8(bytes);
  };
  const files = { passwd: text("etc/passwd"), group: text("etc/group") };
  const uidMap = idMap(`${proc}/${processId}/uid_map`),
    gidMap = idMap(`${proc}/${processId}/gid_map`);
  if (uidMap !== undefined && gidMap !== undefined) return { ...files, uidMap, gidMap };
  return hasNoMaps(proc) ? files : undefined;
}

/** Whether the kernel has no user namespaces. */
function hasNoMaps(proc: string): boolean {
  return idMap(`${proc}/self/uid_map`) === undefined;
}

/** Absent when the process is gone, or the kernel has none. */
function idMap(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
