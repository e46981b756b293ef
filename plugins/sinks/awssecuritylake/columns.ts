/**
 * Rows with groups and repetitions taken apart into columns, as Parquet has them: each value with how far
 * its repetition goes back and how much of its path is there. github.com/apache/parquet-format, "Nested
 * Encoding". Nothing is optional here; what may be missing is what is repeated.
 */

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
  readonly repetition: number[];
  readonly definition: number[];
  /** Those that are there, which are the ones of the highest definition. */
  readonly values: (string | number | bigint)[];
}

/** A column on its way down. */
interface Node {
  readonly column: Column;
  readonly maxLevel: number;
  readonly children: readonly Node[];
  /** Of a leaf. */
  readonly found: LeafValues | undefined;
}

export function takeApart(columns: readonly Column[], rows: readonly Row[]): readonly LeafValues[] {
  const all: LeafValues[] = [];
  const nodes = columns.map((column) => nodeOf(column, { above: [], level: 0, all }));
  for (const row of rows) {
    for (const node of nodes) add(node, row[node.column.name]!, { repetition: 0, definition: 0 });
  }
  return all;
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
  const found = { leaf: column, path, maxLevel, repetition: [], definition: [], values: [] };
  all.push(found);
  return { column, maxLevel, children: [], found };
}

interface Levels {
  readonly repetition: number;
  readonly definition: number;
}

function add(node: Node, value: Value, levels: Levels): void {
  if (!node.column.isRepeated) return addOne(node, value, levels);
  const items = value as readonly Value[];
  if (items.length === 0) return addNone(node, levels);
  const definition = levels.definition + 1;
  for (const [index, item] of items.entries()) {
    addOne(node, item, { repetition: index === 0 ? levels.repetition : node.maxLevel, definition });
  }
}

function addOne({ children, found }: Node, value: Value, levels: Levels): void {
  if (found) {
    found.repetition.push(levels.repetition);
    found.definition.push(levels.definition);
    found.values.push(value as string | number | bigint);
  } else {
    for (const child of children) add(child, (value as Row)[child.column.name]!, levels);
  }
}

function addNone({ children, found }: Node, levels: Levels): void {
  found?.repetition.push(levels.repetition);
  found?.definition.push(levels.definition);
  for (const child of children) addNone(child, levels);
}
