/** Files that come with falcod: rules, the configuration, the probe. In the repository, or in the binary. */
import { fileURLToPath } from "node:url";
import { OWN_EXECUTABLE, PackedFiles, type PackedTable } from "./packed_files.ts";

let packed: PackedFiles | undefined;

/** The first thing the binary does. `executable`: what has the files at its end. */
export function runFromBinary(table: PackedTable, executable = OWN_EXECUTABLE): void {
  packed = new PackedFiles(table, { executable, root: Deno.execPath() });
}

export function isBinary(): boolean {
  return packed !== undefined;
}

/**
 * The path of a file or folder that came with falcod, `rules/falco.yaml`. Who opens it, or what somebody
 * wrote below it, asks `readPackedFile` first.
 */
export function ownPath(name: string): string {
  return packed?.pathOf(name) ?? fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** Whether it is a file in the binary: always there, and never another. */
export function isPackedFile(path: string): boolean {
  return packed?.has(path) ?? false;
}

/** The files right in a folder of the binary; absent for any other path. */
export function packedFilesIn(folder: string): readonly string[] | undefined {
  return packed?.filesIn(folder);
}

/** A file of the binary; absent for any other path. Throws `DamagedBinary`, and as `Deno.openSync`. */
export function readPackedFile(path: string): Uint8Array<ArrayBuffer> | undefined {
  return packed?.read(path);
}

/** The bytes of a file that came with falcod, by its path in the repository; throws as `Deno.readFileSync`. */
export function readOwnFile(name: string): Uint8Array<ArrayBuffer> {
  const path = ownPath(name);
  return readPackedFile(path) ?? Deno.readFileSync(path);
}
