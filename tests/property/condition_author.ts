/**
 * Writes conditions about events at random: every operator, modifier, transformer and kind of field.
 * Constants are mostly taken from the values of the event the condition is about, so that comparisons
 * are true about as often as false.
 */
import { Buffer } from "node:buffer";
import { addressText, parseAddress } from "../../core/base/ip.ts";
import type { FieldDefinition, FieldScalar, FieldType, FieldValue } from "../../core/field/mod.ts";
import { type TransformerName, TRANSFORMERS, type ValueType } from "../../core/field/mod.ts";
import { type Definitions, testFields, type Values } from "../../core/filter/testing.ts";
import type { Random } from "./random.ts";

const WORDS = ["cat", "CAT", "sh", "bash", "/bin/sh", "open", "passwd", "a b", "é😀", "x*", "[a]"];
const PATHS = [
  "/etc/passwd",
  "/etc/shadow",
  "/etc",
  "/",
  "/tmp/a b/ü",
  "/usr/bin/cat",
  "rel/x",
  "",
];
const ODD = ["", " ", "'", '"\\', "fd.name", "\n", "a,b", "(x)", "Y2F0", "\u{ffff}", "-x -v 3"];
const NUMBERS = ["0", "1", "7", "-1", "80", "255", "300", "4294967296", "18446744073709551615"];
const ADDRESSES = ["10.0.0.1", "10.1.2.3", "192.168.7.7", "::1", "2001:db8::1", "::ffff:10.0.0.1"];
const EVENTS = ["open", "openat", "close", "execve", "sethostname", "connect"];

/** The left side of a comparison, or the right side where that is no constant. */
interface Term extends ValueType {
  readonly text: string;
  readonly name: string;
  /** Compared with constants only, and given to no transformer. */
  readonly fixed: boolean;
  /** What it has for the event. */
  readonly value: FieldValue;
}

export interface Written {
  readonly text: string;
  readonly definitions: Definitions;
  /** Falco's printed form says all of it: no constant needs quotes that it leaves out. */
  readonly printable: boolean;
  /** The operator, where the condition is a single check. */
  readonly operator: string | undefined;
}

/** Values for one event; some absent. */
export function randomValues(dice: Random): Values {
  const values: Record<string, FieldValue> = {};
  for (const field of testFields.values()) {
    for (const key of keysOf(field)) {
      if (dice.below(5) > 0) values[key] = randomValue(dice, field);
    }
  }
  return { ...values, "evt.type": dice.pick(EVENTS) };
}

/** The same event with some values changed. */
export function otherValues(dice: Random, values: Values): Values {
  const others = randomValues(dice);
  const mixed = { ...values };
  for (const key of Object.keys(others)) if (dice.below(3) === 0) mixed[key] = others[key];
  return mixed;
}

function keysOf({ name, argument }: FieldDefinition): readonly string[] {
  const keys = argument ? argumentsOf(argument.kind).map((key) => `${name}[${key}]`) : [];
  return argument?.required ? keys : [name, ...keys];
}

function argumentsOf(kind: string): readonly string[] {
  return kind === "index" ? ["1", "2"] : kind === "key" ? ["HOME", "a.b"] : ["1", "HOME"];
}

function randomValue(dice: Random, field: FieldDefinition): FieldValue {
  const one = () => randomScalar(dice, field.type);
  return field.list || field.candidates ? times(dice, 3, one) as FieldValue : one();
}

function randomScalar(dice: Random, type: FieldType): FieldScalar {
  switch (type) {
    case "CHARBUF":
      return dice.pick(dice.below(4) === 0 ? ODD : WORDS);
    case "FSPATH":
      return dice.pick(PATHS);
    case "BYTEBUF":
      return new TextEncoder().encode(dice.pick([...WORDS, ...ODD]));
    case "BOOL":
      return dice.below(2) === 0;
    case "IPADDR":
    case "IPNET":
      return parseAddress(dice.pick(ADDRESSES))!;
    default: {
      const number = BigInt(dice.pick(NUMBERS));
      return dice.below(2) ? number : Number(number);
    }
  }
}

export class ConditionAuthor {
  readonly #dice: Random;
  readonly #values: Values;
  readonly #fields: readonly FieldDefinition[];
  readonly #macros: Record<string, string> = {};
  readonly #lists: Record<string, string[]> = {};
  #printable = true;
  #operator: string | undefined;

  constructor(dice: Random, values: Values) {
    this.#dice = dice;
    this.#values = values;
    this.#fields = [...testFields.values()].filter(({ only }) => only !== "output");
  }

  write(): Written {
    const dice = this.#dice;
    if (dice.below(3) === 0) this.#define();
    const depth = dice.below(5);
    const text = this.#condition(depth);
    return {
      text,
      definitions: { macros: this.#macros, lists: this.#lists },
      printable: this.#printable,
      operator: depth === 0 ? this.#operator : undefined,
    };
  }

  #define(): void {
    const dice = this.#dice;
    this.#lists["few_words"] = times(dice, 3, () => dice.pick(["cat", "sh", "/etc"]));
    this.#lists["words"] = [
      "few_words",
      "'a b'",
      ...times(dice, 3, () => dice.pick(["open", "x*"])),
    ];
    this.#macros["inner"] = this.#condition(1);
    this.#macros["outer"] = `(inner ${dice.pick(["and", "or"])} ${this.#condition(1)})`;
  }

  #condition(depth: number): string {
    const dice = this.#dice;
    if (depth === 0) return this.#leaf();
    const part = () => this.#condition(depth - 1);
    switch (dice.below(6)) {
      case 0:
        return `${part()} and ${part()}`;
      case 1:
        return `${part()} or ${part()}`;
      case 2:
        return dice.below(2) ? `not ${this.#leaf()}` : `not(${part()})`;
      case 3:
        return `not (${part()} ${dice.pick(["and", "or"])} ${part()})`;
      case 4:
        return `(${part()}) ${dice.pick(["and", "or"])} not not ${this.#leaf()}`;
      default:
        return `( ${part()} )`;
    }
  }

  #leaf(): string {
    const dice = this.#dice;
    const macros = Object.keys(this.#macros);
    if (macros.length > 0 && dice.below(3) === 0) return dice.pick(macros);
    const left = this.#term();
    if (dice.below(8) > 0) return `${left.text}${this.#comparison(left)}`;
    this.#operator = "exists";
    return `${left.text} exists`;
  }

  #term(): Term {
    const dice = this.#dice;
    let term = dice.below(12) === 0 ? this.#built() : this.#field(dice.pick(this.#fields));
    for (let tries = dice.below(4) === 0 ? 2 : 0; tries > 0; tries--) {
      const name = dice.pick(["tolower", "toupper", "basename", "b64", "len"] as const);
      term = this.#applied(name, [term]) ?? term;
    }
    return term;
  }

  #field(field: FieldDefinition): Term {
    const { name, type, argument, list = false, candidates, only } = field;
    const wantsArgument = argument && (argument.required || this.#dice.below(2) === 0);
    const key = wantsArgument ? this.#dice.pick(argumentsOf(argument.kind)) : undefined;
    const written = key === "HOME" && this.#dice.below(2) ? `"${key}"` : key;
    const text = key === undefined ? name : `${name}[${written}]`;
    const value = this.#values[key === undefined ? name : `${name}[${key}]`];
    return { text, name, type, list, value, fixed: candidates !== undefined || only === "filter" };
  }

  /** What is made of several operands. */
  #built(): Term {
    const dice = this.#dice;
    const field = (name: string) => this.#field(testFields.get(name)!);
    const word = () => this.#literal(dice.pick(["-", "v", "x:v"]));
    const list = dice.pick([
      () => field("fd.types"),
      () => this.#listed([field("proc.name"), word(), field("proc.pid"), field("fd.types")]),
    ])();
    const built = dice.pick([
      () => this.#applied("join", [word(), list]),
      () => this.#applied("concat", [field("proc.name"), word(), field("proc.env")]),
      () => this.#applied("getopt", [list, word()], dice.pick([undefined, "v", "x"])),
    ])();
    return built ?? list;
  }

  #literal(text: string): Term {
    const type = "CHARBUF", list = false, fixed = false;
    this.#printable = false;
    return { text: `"${text}"`, name: "", type, list, value: text, fixed };
  }

  #listed(terms: readonly Term[]): Term {
    const values = terms.map(({ value }) => value);
    const value = values.includes(undefined)
      ? undefined
      : values.flatMap((value) => Array.isArray(value) ? value as string[] : [String(value)]);
    const text = `(${terms.map((term) => term.text).join(", ")})`;
    return { text, name: "", type: "CHARBUF", list: true, value, fixed: false };
  }

  #applied(name: TransformerName, operands: readonly Term[], argument?: string): Term | undefined {
    if (operands.some(({ fixed }) => fixed)) return undefined;
    const transformer = TRANSFORMERS[name];
    const type = transformer.typeOf(operands, argument);
    if (typeof type === "string") return undefined;
    const value = transformer.apply(argument)(...operands.map((operand) => operand.value));
    const behind = argument === undefined ? "" : `[${argument}]`;
    const text = `${name}(${operands.map((operand) => operand.text).join(",")})${behind}`;
    return { text, name, fixed: false, value, ...type };
  }

  #comparison(left: Term): string {
    const dice = this.#dice;
    const operator = this.#operator = this.#pickOperator(left);
    const sign = /^[<=>!]/.test(operator);
    const apart = sign && dice.below(2) ? "" : " ";
    const constantsOnly = operator === "regex" || operator === "pmatch" || left.type === "IPNET";
    if (!constantsOnly && !left.fixed && dice.below(6) === 0) {
      const right = this.#rightTerm(left);
      if (right) return `${apart}${operator} ${right}`;
    }
    const constant = () => this.#constant(left, operator);
    const among = () => {
      if (this.#lists["words"] && left.type === "CHARBUF" && left.name !== "evt.type") {
        if (dice.below(2)) return `(${[constant(), "words", constant()].join(",")})`;
      }
      return `(${times(dice, 4, constant).join(", ")})`;
    };
    if (operator === "in" || operator === "intersects" || operator === "pmatch") {
      return ` ${operator} ${among()}`;
    }
    const quantified = !/[<>]/.test(operator) && dice.below(5) === 0;
    if (quantified) return ` ${operator} ${dice.pick(["oneof", "anyof", "allof"])} ${among()}`;
    const blank = sign && dice.below(2) ? "" : " ";
    return `${apart}${operator}${blank}${constant()}`;
  }

  #pickOperator({ type, list }: Term): string {
    const dice = this.#dice;
    const operators = ["=", "==", "!=", "in", "intersects"];
    if (list) return dice.pick(["in", "intersects"]);
    switch (type) {
      case "CHARBUF":
      case "FSPATH":
        return dice.pick([
          ...operators,
          "contains",
          "icontains",
          "startswith",
          "endswith",
          "glob",
          "iglob",
          "regex",
          "pmatch",
        ]);
      case "BYTEBUF":
        return dice.pick([...operators, "contains", "startswith", "endswith", "bcontains"]
          .concat("bstartswith"));
      case "BOOL":
      case "IPADDR":
      case "IPNET":
        return dice.pick(operators);
      default:
        return dice.pick([...operators, "<", "<=", ">", ">="]);
    }
  }

  /** A field or a transformer of the same type; absent where none is known. */
  #rightTerm(left: Term): string | undefined {
    const dice = this.#dice;
    const alike = this.#fields.map((field) => this.#field(field)).filter((term) =>
      !term.fixed && term.type === left.type && term.list === left.list
    );
    if (alike.length === 0) return undefined;
    // The same field again is the surest way to two equal sides.
    const term = alike.find(({ text }) => text === left.text && dice.below(2)) ?? dice.pick(alike);
    const lowered = dice.below(2) ? this.#applied("tolower", [term]) : undefined;
    return lowered?.text ?? `val(${term.text})`;
  }

  #constant(left: Term, operator: string): string {
    const dice = this.#dice;
    const values = (Array.isArray(left.value) ? left.value : [left.value]) as FieldScalar[];
    const value = values.length > 0 && dice.below(8) > 2 ? dice.pick(values) : undefined;
    if (left.name === "evt.type") {
      return value === undefined ? dice.pick(EVENTS) : String(value);
    }
    switch (left.type) {
      case "CHARBUF":
      case "FSPATH":
        return this.#text(value as string | undefined, operator);
      case "BYTEBUF":
        return this.#bytes(value as Uint8Array | undefined, operator);
      case "BOOL":
        return String(value ?? dice.pick(["true", "false"]));
      case "IPADDR":
        return value ? addressText(value as Uint8Array) : dice.pick(ADDRESSES);
      case "IPNET": {
        const address = value ? addressText(value as Uint8Array) : dice.pick(ADDRESSES);
        return `${address}/${dice.pick(address.includes(":") ? [1, 32, 128] : [0, 1, 8, 31, 32])}`;
      }
      case "PORT":
        // Digits alone: a port has no sign, and Falco reads 31 bits of it.
        return String(BigInt.asUintN(17, BigInt((value ?? dice.pick(NUMBERS)) as string)));
      default:
        return value === undefined
          ? dice.pick(NUMBERS)
          : String(BigInt(value as number) + BigInt(dice.below(3) - 1));
    }
  }

  #text(value: string | undefined, operator: string): string {
    const dice = this.#dice;
    let text = value ?? dice.pick(dice.below(3) ? WORDS : dice.below(2) ? PATHS : ODD);
    const cut = dice.below(text.length + 1);
    switch (operator) {
      case "startswith":
      case "pmatch":
        text = text.slice(0, Math.max(cut, operator === "pmatch" ? 1 : 0));
        break;
      case "endswith":
        text = text.slice(cut);
        break;
      case "contains":
        text = text.slice(cut, cut + dice.below(4));
        break;
      case "icontains":
        text = text.slice(cut).toUpperCase();
        break;
      case "glob":
      case "iglob":
        text = `${text.slice(0, cut).toWellFormed()}${dice.pick(["*", "?", "[!x]", "*"])}`;
        break;
      case "regex":
        return this.#regex(text);
    }
    return this.#quoted(text.toWellFormed());
  }

  #regex(text: string): string {
    const dice = this.#dice;
    const literal = Array.from(
      text,
      (character) =>
        /[\w/-]/.test(character) ? character : character === "\n" ? "[^x]" : `[${character}]`,
    )
      .map((character) => /^\[[\]^\\]\]$/.test(character) ? "." : character).join("");
    const half = dice.below(literal.length + 1);
    const pattern = dice.pick([
      literal,
      `(${literal}|x+y{2,3})`,
      `.*${dice.pick(["[a-z/]+", "c.?t", "(s|sh)*"])}.*`,
      /^[\w/-]*$/.test(literal) ? `${literal.slice(0, half)}.*` : ".*",
    ]);
    this.#printable = false;
    return this.#quoted(pattern);
  }

  #bytes(value: Uint8Array | undefined, operator: string): string {
    const dice = this.#dice;
    const bytes = Buffer.from(value ?? new TextEncoder().encode(dice.pick(WORDS)));
    if (operator === "bcontains" || operator === "bstartswith") {
      const hexadecimal = bytes.subarray(0, dice.below(bytes.length + 1)).toString("hex");
      return hexadecimal === "" ? this.#quoted("") : hexadecimal;
    }
    return this.#quoted(bytes.toString("utf8").replaceAll("\ufffd", ""));
  }

  /** In quotes, or without where that reads the same. */
  #quoted(text: string): string {
    const dice = this.#dice;
    if (text === "" || /[(),\\]/.test(text)) this.#printable = false;
    if (/^[\w./*:-]+$/.test(text) && !(text in this.#lists) && dice.below(2)) return text;
    const quote = dice.pick(["'", '"']);
    // Written so because no backslash may stand before the closing quote, not even an escaped one.
    const escaped = text.replaceAll("\\", "\\x5c").replaceAll(quote, `\\${quote}`);
    return `${quote}${dice.below(2) ? escaped.replaceAll("\n", "\\n") : escaped}${quote}`;
  }
}

/** None to `most` items. */
export function times<Item>(dice: Random, most: number, make: () => Item): Item[] {
  return Array.from({ length: dice.below(most + 1) }, make);
}
