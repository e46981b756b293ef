/**
 * Writes rules about a capture at random: each compares fields of all kinds with values that events of
 * the capture have, so that comparisons hold about as often as not.
 */
import { type Event, eventType } from "../../core/event/mod.ts";
import { type FieldDefinition, renderValue, syscallFields } from "../../core/field/mod.ts";
import { playCapture, recordedState, Replay, sinkInto } from "../../core/replay/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { rulesetOf } from "../ruleset.ts";
import type { Random } from "./random.ts";

/** Fields that want an argument, with one each. */
const WITH_ARGUMENT = [
  "proc.aname[1]",
  "proc.aname[2]",
  "proc.acmdline[1]",
  "proc.aexepath[2]",
  "proc.apid[2]",
  "proc.env[PATH]",
  "proc.args[1]",
  "evt.arg.flags",
  "evt.arg.res",
  "evt.arg.name",
  "evt.arg.path",
  "evt.rawarg.res",
  "evt.rawarg.fd",
  "thread.cgroup.cpu",
] as const;

interface KnownField {
  readonly name: string;
  readonly definition: FieldDefinition;
  /** Texts as conditions take them. */
  readonly values: Set<string>;
}

export interface CaptureFacts {
  readonly fields: readonly KnownField[];
  /** Names of the types of its events, as often as they come, up to a bound. */
  readonly types: readonly string[];
  readonly events: number;
}

/** Values kept of a field. */
const VALUES = 24;
/** Needs no quotes, whatever it is compared with. */
const PLAIN = /^[\w./:-]{1,80}$/;
const LOOKS = 600;

/** Looks at events, and remembers what their fields show. */
export class FactFinder {
  readonly #random: Random;
  readonly #fields = knownFields();
  readonly #types: string[] = [];
  #events = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** To be called while the event is judged. */
  look(event: Event, state: State): void {
    if (this.#events++ >= LOOKS && this.#random.below(20) > 0) return;
    this.#types.push(eventType(event.type)?.name ?? "");
    for (const { name, definition, values } of this.#fields) {
      if (values.size >= VALUES && this.#random.below(10) > 0) continue;
      const value = definition.extract(event, state, argumentOf(name, definition));
      const parts = value === undefined ? [] : Array.isArray(value) ? value : [value];
      for (const part of parts) this.#keep(renderValue(part, definition), values);
    }
  }

  get facts(): CaptureFacts {
    const fields = this.#fields.filter(({ values }) => values.size > 0);
    return { fields, types: this.#types.filter((name) => name !== ""), events: this.#events };
  }

  #keep(text: string, values: Set<string>): void {
    if (!PLAIN.test(text)) return;
    if (values.size >= VALUES) values.delete([...values][this.#random.below(VALUES)]!);
    values.add(text);
  }
}

/** What events of the capture show. */
export async function factsOf(path: string, random: Random): Promise<CaptureFacts> {
  const state = recordedState();
  const finder = new FactFinder(random);
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    finder.look(event, state);
    state.end(event);
  }));
  await playCapture(path, replay);
  return finder.facts;
}

function knownFields(): readonly KnownField[] {
  const fields: KnownField[] = [];
  for (const [name, definition] of syscallFields) {
    const { argument, only, deprecated } = definition;
    if (argument?.required === true || only === "output" || deprecated !== undefined) continue;
    fields.push({ name, definition, values: new Set() });
  }
  for (const name of WITH_ARGUMENT) {
    const base = name.replace(/\[.*|(?<=arg|cgroup)\..*/, "");
    const definition = syscallFields.get(base)!;
    const argument = argumentOf(name, definition);
    const special = definition.specialize?.(String(argument)) ?? definition;
    fields.push({ name, definition: special, values: new Set() });
  }
  return fields;
}

function argumentOf(name: string, { argument }: FieldDefinition): string | number | undefined {
  if (!argument) return undefined;
  const text = /\[(.*)\]$/.exec(name)?.[1] ?? /(?:arg|cgroup)\.(.+)$/.exec(name)?.[1];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}

const TEXT_OPERATORS = ["contains", "startswith", "endswith", "icontains", "glob"] as const;
const ORDER = ["<", "<=", ">", ">="] as const;

/** Rules as YAML. Those that cannot be loaded are left out: not every operator goes with every field. */
export class RuleAuthor {
  readonly #facts: CaptureFacts;
  readonly #random: Random;
  readonly #usable = new Map<string, boolean>();

  constructor(facts: CaptureFacts, random: Random) {
    this.#facts = facts;
    this.#random = random;
  }

  rules(count: number): string {
    const rules: unknown[] = [];
    for (let index = 0; index < count; index++) {
      const { condition, fields } = this.#condition();
      rules.push({
        rule: `R${index}`,
        desc: "A rule",
        condition,
        output: `%evt.num ${fields.map((name) => `%${name}`).join(" ")}`,
        priority: "INFO",
        ...this.#random.below(4) === 0 && this.#exceptions(),
      });
    }
    return JSON.stringify(rules);
  }

  /** One for events of any type. */
  condition(): string {
    return this.#part(this.#random.below(3), []);
  }

  #condition() {
    const random = this.#random;
    const fields: string[] = [];
    const body = this.#part(random.below(3), fields);
    const types = this.#types();
    const condition = types === undefined
      ? body
      : random.below(4) === 0
      ? `${body} and ${types}`
      : `${types} and ${body}`;
    return { condition, fields };
  }

  #types(): string | undefined {
    const random = this.#random;
    const names = Array.from({ length: 1 + random.below(3) }, () => random.pick(this.#facts.types));
    switch (random.below(5)) {
      case 0:
        return undefined;
      case 1:
        return `evt.type != ${names[0]}`;
      default:
        return `evt.type in (${names.join(", ")})`;
    }
  }

  #part(depth: number, fields: string[]): string {
    const random = this.#random;
    if (depth === 0) return this.#leaf(fields);
    const parts = Array.from(
      { length: 2 + random.below(2) },
      () => `${random.below(4) === 0 ? "not " : ""}${this.#part(depth - 1, fields)}`,
    );
    return `(${parts.join(random.below(2) === 0 ? " and " : " or ")})`;
  }

  #leaf(fields: string[]): string {
    for (;;) {
      const field = this.#random.pick(this.#facts.fields);
      const leaf = `${field.name} ${this.#comparison(field)}`;
      if (!this.#isUsable(leaf)) continue;
      if (field.definition.only === undefined) fields.push(field.name);
      return leaf;
    }
  }

  #comparison({ definition: { type }, values }: KnownField): string {
    const random = this.#random;
    const all = [...values];
    const value = random.pick(all);
    const list = `(${[value, random.pick(all), random.pick(all)].join(", ")})`;
    const isText = type === "CHARBUF" || type === "FSPATH";
    switch (random.below(7)) {
      case 0:
        return "exists";
      case 1:
        return `!= ${value}`;
      case 2:
        return `in ${list}`;
      case 3:
        return type === "FSPATH" ? `pmatch ${list}` : `intersects ${list}`;
      case 4:
      case 5:
        if (!isText) return `${random.pick(ORDER)} ${value}`;
        return this.#textComparison(value);
      default:
        return `= ${value}`;
    }
  }

  #textComparison(value: string): string {
    const random = this.#random;
    const from = random.below(value.length), to = from + 1 + random.below(value.length - from);
    const operator = random.pick(TEXT_OPERATORS);
    switch (operator) {
      case "startswith":
        return `startswith ${quoted(value.slice(0, to))}`;
      case "endswith":
        return `endswith ${quoted(value.slice(from))}`;
      case "glob":
        return `glob ${quoted(`${value.slice(0, from)}*`)}`;
      default:
        return `${operator} ${quoted(value.slice(from, to))}`;
    }
  }

  #exceptions() {
    const { fields } = this.#facts;
    const names = ["proc.name", "fd.name", "user.name", "proc.pname"].filter((name) =>
      fields.some((field) => field.name === name)
    );
    if (names.length === 0) return {};
    const name = this.#random.pick(names);
    const values = [...fields.find((field) => field.name === name)!.values];
    return {
      exceptions: [{
        name: "some",
        fields: [name],
        comps: ["="],
        values: [[this.#random.pick(values)]],
      }],
    };
  }

  #isUsable(leaf: string): boolean {
    let usable = this.#usable.get(leaf);
    if (usable === undefined) {
      try {
        rulesetOf(JSON.stringify([
          { rule: "R", desc: "A rule", condition: leaf, output: "x", priority: "INFO" },
        ]));
        usable = true;
      } catch {
        usable = false;
      }
      this.#usable.set(leaf, usable);
    }
    return usable;
  }
}

function quoted(text: string): string {
  return `"${text}"`;
}
