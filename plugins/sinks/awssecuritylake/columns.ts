/**
 * Rows with groups and repetitions taken apart into columns, as Parquet has them: each value with how far
 * its repetition goes back and how much of its path is there. github.com/apache/parquet-format, "Nested
 * Encoding". Nothing is optional here; what may be missing is what is repeated.
 */
import { Levels } from "./levels.ts";
import { Pieces } from "./pieces.ts";

export interface Leaf {
  readonly name: string;
  readonly type: "int32" | "int64" | "text";
  readonly isRepeated?: true;
}

export interface Group {
  readonly name: string;
  readonly type: "group";
  readonly isRepeated?: true;
  readonly columns: readonly Column[];
}

export type Column = Leaf | Group;

export type Value = string | number | bigint | Row | readonly Value[];
export interface Row {
  readonly [name: string]: Value;
}

/** All values of a leaf, in the order of the rows. */
export interface LeafValues {
  readonly leaf: Leaf;
  readonly path: readonly string[];
  /** How many on the path are repeated: the highest of both levels. */
  readonly maxLevel: number;
  readonly repetition: Levels;
  readonly definition: Levels;
  /** Those that are there, which are the ones of the highest definition, as a page has them. */
  readonly values: Pieces;
}

/** A column on its way down. */
interface Node {
  readonly column: Column;
  readonly maxLevel: number;
  readonly children: readonly Node[];
  /** Of a leaf. */
  readonly found: LeafValues | undefined;
}

export class Columns {
  readonly leaves: readonly LeafValues[];
  readonly #nodes: readonly Node[];

  constructor(columns: readonly Column[]) {
    const all: LeafValues[] = [];
    this.#nodes = columns.map((column) => nodeOf(column, { above: [], level: 0, all }));
    this.leaves = all;
  }

  /** Nothing of the row itself is kept. */
  add(row: Row): void {
    for (const node of this.#nodes) {
      addTo(node, row[node.column.name]!, { repetition: 0, definition: 0 });
    }
  }
}

function nodeOf(
  column: Column,
  { above, level, all }: {
    readonly above: readonly string[];
    readonly level: number;
    readonly all: LeafValues[];
  },
): Node {
  const path = [...above, column.name];
  const maxLevel = level + (column.isRepeated ? 1 : 0);
  if (column.type === "group") {
    const below = { above: path, level: maxLevel, all };
    const children = column.columns.map((child) => nodeOf(child, below));
    return { column, maxLevel, children, found: undefined };
  }
  const levels = { repetition: new Levels(), definition: new Levels() };
  const found = { leaf: column, path, maxLevel, ...levels, values: new Pieces() };
  all.push(found);
  return { column, maxLevel, children: [], found };
}

interface At {
  readonly repetition: number;
  readonly definition: number;
}

function addTo(node: Node, value: Value, at: At): void {
  if (!node.column.isRepeated) return addOne(node, value, at);
  const items = value as readonly Value[];
  if (items.length === 0) return addNone(node, at);
  const definition = at.definition + 1;
  for (const [index, item] of items.entries()) {
    addOne(node, item, { repetition: index === 0 ? at.repetition : node.maxLevel, definition });
  }
}

function addOne({ children, found }: Node, value: Value, at: At): void {
  if (found) {
    found.repetition.add(at.repetition);
    found.definition.add(at.definition);
    addValue(found, value as string | number | bigint);
  } else {
    for (const child of children) addTo(child, (value as Row)[child.column.name]!, at);
  }
}

function addNone({ children, found }: Node, at: At): void {
  found?.repetition.add(at.repetition);
  found?.definition.add(at.definition);
  for (const child of children) addNone(child, at);
}

/** Encodings.md, "PLAIN" */
function addValue({ leaf, values }: LeafValues, value: string | number | bigint): void {
  switch (leaf.type) {
    case "int32":
      return values.int32(Number(value));
    case "int64":
      return values.int64(BigInt(value));
    case "text": {
      const bytes = values.encode(String(value));
      values.int32(bytes.length);
      return values.bytes(bytes);
    }
    default:
      leaf.type satisfies never;
  }
}
