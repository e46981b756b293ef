/** The BPF programs a process holds, and whether they are still in the kernel. */
import { openLibbpf, programIds } from "../../ffi/libbpf.ts";

const ATTEMPTS = 200;
const PAUSE_MS = 20;

/** Ids of the programs that a process has open. */
export function programsOf(processId: number): number[] {
  const folder = `/proc/${processId}/fdinfo`;
  const ids = new Set<number>();
  for (const { name } of Deno.readDirSync(folder)) {
    const [, id] = /^prog_id:\s*(\d+)$/m.exec(textOf(`${folder}/${name}`)) ?? [];
    if (id !== undefined) ids.add(Number(id));
  }
  return [...ids];
}

/** Empty for a descriptor that was closed meanwhile; a program's own stays open. */
function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Which of them stay loaded: the kernel frees programs a moment after the last descriptor is closed. */
export async function untilGone(ids: readonly number[]): Promise<number[]> {
  let left: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const loaded = programIds(openLibbpf());
    left = ids.filter((id) => loaded.has(id));
    if (left.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return left;
}
