/**
 * Files of Parquet, with one group of rows and one page a column: github.com/apache/parquet-format
 * src/main/thrift/parquet.thrift. Packages that write it do not know columns that are repeated without
 * being lists, and those are what falcosidekick's files have.
 */
import { type Column, Columns, type LeafValues, type Row } from "./columns.ts";
import { gzipped } from "./deflate.ts";
import { Pieces } from "./pieces.ts";
import { int32, int64, list, struct, text, type Thrift, writeThrift } from "./thrift.ts";

const MAGIC = "PAR1";
const TYPES = { int32: 1, int64: 2, text: 6 } as const;
const REQUIRED = 0, REPEATED = 2;
const UTF8 = 0;
const PLAIN = 0, RLE = 3;
const GZIP = 2;
const DATA_PAGE = 0;
const VERSION = 1;

/** A file that is made row by row; what it keeps of a row is the row's part of the columns. */
export class ParquetFile {
  readonly #columns: readonly Column[];
  readonly #taken: Columns;
  #rows = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#taken = new Columns(columns);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Of all values, before they are compressed. */
  get sizeBytes(): number {
    return this.#taken.leaves.reduce((sum, { values }) => sum + values.length, 0);
  }

  add(row: Row): void {
    this.#taken.add(row);
    this.#rows++;
  }

  /** The whole file, with at least a row; others have their turn while it is made. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const file = new Pieces();
    file.bytes(file.encode(MAGIC));
    const chunks: Thrift[] = [];
    let totalBytes = 0;
    for (const leaf of this.#taken.leaves) {
      const begin = file.length;
      const page = pageOf(leaf);
      const compressed = await gzipped(page);
      const head = new Pieces();
      writeThrift(headOf(leaf, { plain: page.length, compressed: compressed.length }), head);
      file.all(head);
      file.all(compressed);
      const sizes = { plain: head.length + page.length, compressed: file.length - begin };
      totalBytes += sizes.plain;
      chunks.push(struct({ 2: int64(begin), 3: chunkOf(leaf, { begin, ...sizes }) }));
    }
    const foot = file.length;
    const group = struct({ 1: list(chunks), 2: int64(totalBytes), 3: int64(this.#rows) });
    writeThrift(
      struct({
        1: int32(VERSION),
        2: list([
          struct({ 4: text("root"), 5: int32(this.#columns.length) }),
          ...this.#columns.flatMap(elementsOf),
        ]),
        3: int64(this.#rows),
        4: list([group]),
        6: text("falcod"),
      }),
      file,
    );
    file.int32(file.length - foot);
    file.bytes(file.encode(MAGIC));
    return file.joined;
  }
}

function elementsOf(column: Column): readonly Thrift[] {
  const repetition = { 3: int32(column.isRepeated ? REPEATED : REQUIRED), 4: text(column.name) };
  if (column.type === "group") {
    const { columns } = column;
    return [struct({ ...repetition, 5: int32(columns.length) }), ...columns.flatMap(elementsOf)];
  }
  const meaning = column.type === "text" && { 6: int32(UTF8) };
  return [struct({ 1: int32(TYPES[column.type]), ...repetition, ...meaning })];
}

function pageOf({ maxLevel, repetition, definition, values }: LeafValues): Pieces {
  const page = new Pieces();
  if (maxLevel > 0) {
    repetition.writeTo(page);
    definition.writeTo(page);
  }
  page.all(values);
  return page;
}

interface Sizes {
  readonly plain: number;
  readonly compressed: number;
}

function headOf({ definition }: LeafValues, sizes: Sizes): Thrift {
  return struct({
    1: int32(DATA_PAGE),
    2: int32(sizes.plain),
    3: int32(sizes.compressed),
    5: struct({ 1: int32(definition.count), 2: int32(PLAIN), 3: int32(RLE), 4: int32(RLE) }),
  });
}

function chunkOf(
  { leaf, path, definition }: LeafValues,
  { begin, plain, compressed }: Sizes & { readonly begin: number },
): Thrift {
  return struct({
    1: int32(TYPES[leaf.type]),
    2: list([int32(PLAIN), int32(RLE)]),
    3: list(path.map(text)),
    4: int32(GZIP),
    5: int64(definition.count),
    6: int64(plain),
    7: int64(compressed),
    9: int64(begin),
  });
}
