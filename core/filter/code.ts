/**
 * Fragments of generated JavaScript.
 *
 * Nothing but the `js` tag makes a fragment of text, and it takes only fragments in its holes: text
 * of rules and events cannot become source. Values get into a program by `constant`, which stands
 * for the value itself.
 */

/** Not exported as a value, so that nobody else makes one. */
class Fragment {
  readonly #parts: readonly (string | Fragment | Constant)[];

  constructor(parts: readonly (string | Fragment | Constant)[]) {
    this.#parts = parts;
  }

  get parts(): readonly (string | Fragment | Constant)[] {
    return this.#parts;
  }
}

export type Code = Fragment;

class Constant {
  constructor(readonly value: unknown) {}
}

/** JavaScript as written in the template, fragments in its holes. */
export function js(strings: TemplateStringsArray, ...holes: readonly Code[]): Code {
  const parts: (string | Fragment)[] = [strings[0]!];
  holes.forEach((hole, i) => {
    if (!(hole instanceof Fragment)) throw new Error("only fragments go into generated code");
    parts.push(hole, strings[i + 1]!);
  });
  return new Fragment(parts);
}

/** The value itself, whatever it is. */
export function constant(value: unknown): Code {
  return new Fragment([new Constant(value)]);
}

/** The local variable with this number. */
export function local(index: number): Code {
  if (!Number.isSafeInteger(index) || index < 0) throw new Error("locals count from 0");
  return new Fragment([`v${index}`]);
}

/** Fragments with a separator between them; nothing for none. */
export function join(fragments: readonly Code[], separator: Code): Code {
  return new Fragment(fragments.flatMap((code, i) => i === 0 ? [code] : [separator, code]));
}

export interface Assembled {
  readonly source: string;
  /** Names that stand for `values` in the source; the same value has one name. */
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/** The text of a fragment with its constants named. */
export function assemble(code: Code): Assembled {
  const names = new Map<unknown, string>();
  const source: string[] = [];
  const pending: (string | Fragment | Constant)[] = [code];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (typeof part === "string") source.push(part);
    else if (part instanceof Fragment) {
      // Not spread into one call: a fragment may have more parts than a call takes arguments.
      for (let i = part.parts.length - 1; i >= 0; i--) pending.push(part.parts[i]!);
    } else {
      let name = names.get(part.value);
      if (name === undefined) names.set(part.value, name = `c${names.size}`);
      source.push(name);
    }
  }
  return { source: source.join(""), names: [...names.values()], values: [...names.keys()] };
}
