/**
 * Files at the end of the binary, one after the other; the table of them is in its code.
 *
 *     ┌─────────────────────┬──────────┬────────┬───┬────────┐
 *     │ runtime, code       │ mark, 32 │ file   │ … │ file   │ end of the binary
 *     └─────────────────────┴──────────┴────────┴───┴────────┘
 *
 * Their paths lead through the binary as if it were a folder. There are none such on any disk, so that
 * nobody can put something in their place, and whoever opens one without asking here finds nothing.
 */

/** The program that runs, also when another has taken its name since it started. proc_pid_exe(5) */
export const OWN_EXECUTABLE = "/proc/self/exe";

/** Where a file is. */
export interface PackedFile {
  /** In bytes, from the first one of the mark. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface PackedTable {
  /** SHA-256 of all files as they follow each other, hexadecimal: the mark, as the binary should have it. */
  readonly mark: string;
  /** Of mark and files. */
  readonly sizeBytes: number;
  /** By their path in the repository, `rules/falco.yaml`. */
  readonly files: Readonly<Record<string, PackedFile>>;
}

/** The binary is not as it was built: cut off, or something follows it. */
export class DamagedBinary extends Error {
  override readonly name = "DamagedBinary";
  readonly code = "damaged-binary";
  constructor() {
    super("This binary of falcod is damaged: get it again, and compare its SHA-256");
  }
}

export const MARK_BYTES = 32;

export class PackedFiles {
  readonly #table: PackedTable;
  readonly #executable: string;
  readonly #root: string;

  /** `root`: what the paths of the files begin with. */
  constructor(table: PackedTable, { executable, root }: { executable: string; root: string }) {
    this.#table = table;
    this.#executable = executable;
    this.#root = root;
  }

  pathOf(name: string): string {
    return `${this.#root}/${name}`;
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Absent for any path but those of the files. Throws `DamagedBinary`, and as `Deno.openSync`. */
  read(path: string): Uint8Array<ArrayBuffer> | undefined {
    const place = this.#find(path);
    if (!place) return undefined;
    using file = Deno.openSync(this.#executable);
    const start = file.statSync().size - this.#table.sizeBytes;
    const mark = readAt(file, start, MARK_BYTES);
    if (mark.toHex() !== this.#table.mark) throw new DamagedBinary();
    return readAt(file, start + place.offset, place.sizeBytes);
  }

  /** Paths of the files right in a folder; absent for any path but those of folders with files. */
  filesIn(folder: string): readonly string[] | undefined {
    const start = `${folder.replace(/\/+$/, "")}/`;
    const paths = Object.keys(this.#table.files).map((name) => this.pathOf(name))
      .filter((path) => path.startsWith(start) && !path.slice(start.length).includes("/"));
    return paths.length === 0 ? undefined : paths;
  }

  #find(path: string): PackedFile | undefined {
    const root = this.pathOf("");
    if (!path.startsWith(root)) return undefined;
    const { files } = this.#table;
    const name = path.slice(root.length);
    return Object.hasOwn(files, name) ? files[name] : undefined;
  }
}

function readAt(file: Deno.FsFile, offset: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
  if (offset < 0) throw new DamagedBinary();
  const bytes = new Uint8Array(sizeBytes);
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let at = 0; at < sizeBytes;) {
    const count = file.readSync(bytes.subarray(at));
    if (count === null || count === 0) throw new DamagedBinary();
    at += count;
  }
  return bytes;
}
