/** Texts with blanks in place of some parts, so that all else stays where it is. */

/** What becomes blanks there: all, or what ends lines and indents them. Of a word, letters take its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly of: "all" | "lines" | "word";
}

/** Comments first: those that stand in a value whose lines become one. */
export function blanked(text: string, edits: readonly Edit[]): string {
  for (const kind of ["all", "lines", "word"] as const) {
    const parts: string[] = [];
    let done = 0;
    for (const { start, end } of edits.filter(({ of }) => of === kind).sort(byStart)) {
      const part = text.slice(start, end);
      parts.push(text.slice(done, start), shown(part, kind));
      done = end;
    }
    text = parts.join("") + text.slice(done);
  }
  return text;
}

function shown(part: string, kind: Edit["of"]): string {
  switch (kind) {
    case "all":
      return " ".repeat(part.length);
    case "lines":
      return part.replace(/[\r\n\t]/g, " ");
    case "word":
      return "x".repeat(part.length);
  }
}

const byStart = (a: Edit, b: Edit) => a.start - b.start;

/** Each as long as the whole, with blanks for the others. */
export function partsOf(text: string, starts: readonly number[]): string[] {
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  const all = [0, ...starts, text.length];
  return all.slice(0, -1).map((start, index) => {
    const end = all[index + 1]!;
    return blank(text.slice(0, start)) + text.slice(start, end) + blank(text.slice(end));
  });
}
