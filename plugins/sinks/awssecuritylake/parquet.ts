/**
 * Files of Parquet, with one group of rows and one page a column: github.com/apache/parquet-format
 * src/main/thrift/parquet.thrift. Packages that write it do not know columns that are repeated without
 * being lists, and those are what falcosidekick's files have.
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Column, type LeafValues, type Row, takeApart } from "./columns.ts";
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

const compressed = promisify(gzip);

export async function parquetFile(
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<Uint8Array<ArrayBuffer>> {
  const file = new Pieces();
  file.bytes(file.encode(MAGIC));
  const chunks: Thrift[] = [];
  let totalBytes = 0;
  for (const leaf of takeApart(columns, rows)) {
    const begin = file.length;
    const page = pageOf(leaf);
    const bytes = new Uint8Array(await compressed(page));
    const head = new Pieces();
    writeThrift(headOf(leaf, { plain: page.length, compressed: bytes.length }), head);
    file.bytes(head.all);
    file.bytes(bytes);
    const sizes = { plain: head.length + page.length, compressed: file.length - begin };
    totalBytes += sizes.plain;
    chunks.push(struct({ 2: int64(begin), 3: chunkOf(leaf, { begin, ...sizes }) }));
  }
  const foot = file.length;
  const group = struct({ 1: list(chunks), 2: int64(totalBytes), 3: int64(rows.length) });
  writeThrift(
    struct({
      1: int32(VERSION),
      2: list([
        struct({ 4: text("root"), 5: int32(columns.length) }),
        ...columns.flatMap(elementsOf),
      ]),
      3: int64(rows.length),
      4: list([group]),
      6: text("falcod"),
    }),
    file,
  );
  file.int32(file.length - foot);
  file.bytes(file.encode(MAGIC));
  return file.all;
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

function pageOf({ leaf, maxLevel, repetition, definition, values }: LeafValues): Uint8Array {
  const page = new Pieces();
  if (maxLevel > 0) {
    writeLevels(repetition, maxLevel, page);
    writeLevels(definition, maxLevel, page);
  }
  for (const value of values) {
    if (leaf.type === "int32") page.int32(Number(value));
    else if (leaf.type === "int64") page.int64(BigInt(value));
    else {
      const bytes = page.encode(String(value));
      page.int32(bytes.length);
      page.bytes(bytes);
    }
  }
  return page.all;
}

/** Runs of the same level, none of which takes more than a byte. Encodings.md, "RLE" */
function writeLevels(levels: readonly number[], maxLevel: number, page: Pieces): void {
  if (maxLevel > 0xff) throw new Error(`levels up to ${maxLevel}`);
  const runs = new Pieces();
  for (let at = 0; at < levels.length;) {
    const level = levels[at]!;
    let end = at;
    while (levels[end] === level) end++;
    runs.varint((end - at) * 2);
    runs.byte(level);
    at = end;
  }
  page.int32(runs.length);
  page.bytes(runs.all);
}

interface Sizes {
  readonly plain: number;
  readonly compressed: number;
}

function headOf({ maxLevel, values, definition }: LeafValues, sizes: Sizes): Thrift {
  const count = maxLevel > 0 ? definition.length : values.length;
  return struct({
    1: int32(DATA_PAGE),
    2: int32(sizes.plain),
    3: int32(sizes.compressed),
    5: struct({ 1: int32(count), 2: int32(PLAIN), 3: int32(RLE), 4: int32(RLE) }),
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
    5: int64(definition.length),
    6: int64(plain),
    7: int64(compressed),
    9: int64(begin),
  });
}
