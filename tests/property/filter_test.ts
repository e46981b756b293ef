/**
 * Random conditions. `FILTER_CASES` sets how many, `FILTER_SEED` repeats a run; both are printed with
 * a failure.
 */
import process from "node:process";
import { bothWays, check, testFields, type Values } from "../../core/filter/testing.ts";
import { parseAddress } from "../../core/base/ip.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import { type Event, eventType } from "../../core/event/mod.ts";
import type { FieldDefinition, FieldValue } from "../../core/field/mod.ts";
import {
  type CheckedCondition,
  eventTypesOf,
  foldForEventType,
  interpretCondition,
  OPERATOR_NAMES,
  parseCondition,
  printCondition,
} from "../../core/filter/mod.ts";
import { Glob } from "../../core/filter/glob.ts";
import { Alphabet } from "../../core/filter/_regex_alphabet.ts";
import { BitProgram } from "../../core/filter/_regex_bits.ts";
import { type Expression, parsePattern } from "../../core/filter/_regex_parser.ts";
import { programOf } from "../../core/filter/_regex_program.ts";
import { compileRegex, Regex } from "../../core/filter/regex.ts";
import type { State } from "../../core/state/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(process.env.FILTER_SEED ?? 20260701);
const CASES = Number(process.env.FILTER_CASES ?? 3000);

const TEXTS = [
  "cat",
  "CAT",
  "/etc/passwd",
  "/etc",
  "",
  "a b",
  "é",
  "x*",
  "open",
  "[a]",
  "'",
  '"\\',
  "fd.name",
];
const PATTERNS = ["[a-z]+", "/etc/.*", ".*", "a|b", "(x|y)*é?"];
const NUMBERS = ["0", "1", "7", "-1", "255", "300", "4294967296", "18446744073709551615"];
const PORTS = ["0", "7", "80", "443", "65616"];
const ADDRESSES = ["10.0.0.1", "10.1.2.3", "::1", "2001:db8::1"];
const NETWORKS = ["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "10.0.0.1/32"];
const EVENTS = ["open", "openat", "close", "execve", "sethostname"];

/** The text of a condition that means something for the fields of tests. */
class Author {
  constructor(readonly dice: Random) {}

  condition(depth: number): string {
    const { dice } = this;
    if (depth === 0 || dice.below(3) === 0) return this.check();
    const part = () => this.condition(depth - 1);
    switch (dice.below(4)) {
      case 0:
        return `${part()} and ${part()}`;
      case 1:
        return `${part()} or ${part()}`;
      case 2:
        return dice.below(2) ? `not ${this.check()}` : `not(${part()})`;
      default:
        return `(${part()})`;
    }
  }

  check(): string {
    const { dice } = this;
    const field = dice.pick([...testFields.values()].filter(({ only }) => only !== "output"));
    const left = this.left(field);
    if (dice.below(8) === 0) return `${left} exists`;
    return `${left} ${this.comparison(field)}`;
  }

  left(field: FieldDefinition): string {
    const { dice } = this;
    const argument = field.argument?.required || (field.argument && dice.below(2))
      ? field.argument.kind === "index"
        ? `[${dice.below(3)}]`
        : `[${dice.pick(["HOME", "a.b", '"x y"'])}]`
      : "";
    const name = field.name + argument;
    if (field.type !== "CHARBUF" || field.candidates || dice.below(4)) return name;
    return dice.pick([`tolower(${name})`, `toupper(basename(${name}))`, `b64(${name})`]);
  }

  comparison(field: FieldDefinition): string {
    const { dice } = this;
    const constant = () => this.constant(field);
    const list = () => `(${times(dice, 4, constant).join(", ")})`;
    const plural = () => `${dice.pick(["in", "intersects"])} ${list()}`;
    if (field.list) return plural();
    const right = field.type === "FSPATH" ? "val(fd.name)" : "tolower(proc.exe)";
    const equality = () => `${dice.pick(["=", "==", "!="])} ${constant()}`;
    switch (field.type) {
      case "CHARBUF":
      case "FSPATH":
        return dice.pick([
          equality,
          plural,
          () => `pmatch ${list()}`,
          () =>
            `${
              dice.pick(["contains", "icontains", "startswith", "endswith", "glob", "iglob"])
            } ${constant()}`,
          () =>
            `${dice.pick(["=", "!=", "contains", "startswith", "glob"])} ${
              dice.pick(["oneof", "anyof", "allof"])
            } ${list()}`,
          () => `regex ${field.name === "evt.type" ? constant() : `'${dice.pick(PATTERNS)}'`}`,
          () => field.candidates ? equality() : `${dice.pick(["=", "contains", "iglob"])} ${right}`,
        ])();
      case "BYTEBUF":
        return dice.pick([
          equality,
          plural,
          () => `bcontains ${dice.pick(["61", "''", "2f65"])}`,
        ])();
      case "BOOL":
      case "IPADDR":
      case "IPNET":
        return dice.pick([equality, plural])();
      default:
        return dice.pick([
          equality,
          plural,
          () => `${dice.pick(["<", "<=", ">", ">="])} ${constant()}`,
        ])();
    }
  }

  constant(field: FieldDefinition): string {
    const { dice } = this;
    if (field.name === "evt.type") return dice.pick(EVENTS);
    switch (field.type) {
      case "CHARBUF":
      case "FSPATH":
      case "BYTEBUF":
        return quoted(dice.pick(TEXTS));
      case "BOOL":
        return dice.pick(["true", "false"]);
      case "IPADDR":
        return dice.pick(ADDRESSES);
      case "IPNET":
        return dice.pick(NETWORKS);
      case "PORT":
        return dice.pick(PORTS);
      default:
        return dice.pick(NUMBERS);
    }
  }

  /** Values for one event; some absent. */
  values(): Values {
    const { dice } = this;
    const values: Record<string, FieldValue> = {};
    for (const field of testFields.values()) {
      if (dice.below(4) === 0) continue;
      const several = field.list || field.candidates;
      const value = () => this.value(field);
      values[field.name] = several ? times(dice, 3, value) as FieldValue : value();
      values[`${field.name}[HOME]`] = values[`${field.name}[1]`] = value();
    }
    return { ...values, "evt.type": dice.pick(EVENTS) };
  }

  value(field: FieldDefinition): string | number | bigint | boolean | Uint8Array {
    const { dice } = this;
    switch (field.type) {
      case "CHARBUF":
      case "FSPATH":
        return dice.pick(TEXTS);
      case "BYTEBUF":
        return new TextEncoder().encode(dice.pick(TEXTS));
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
}

/** None to `most` items. */
function times<Item>(dice: Random, most: number, make: () => Item): Item[] {
  return Array.from({ length: dice.below(most + 1) }, make);
}

function quoted(text: string): string {
  // Written so because no backslash may stand before the closing quote, not even an escaped one.
  return `'${text.replaceAll("\\", "\\x5c").replaceAll("'", "\\'")}'`;
}

Deno.test(`conditions mean the same interpreted, emitted, printed and folded (seed ${SEED})`, () => {
  const author = new Author(new Random(SEED));
  for (let i = 0; i < CASES; i++) {
    const text = author.condition(4);
    const { condition, report } = check(text);
    const problem = report.diagnostics.find(({ severity }) => severity === "error");
    assert(condition, `${text}: ${problem?.title}`);
    const types = eventTypesOf(condition);
    const again = reprinted(text);
    for (let j = 0; j < 3; j++) {
      const values = author.values();
      const truth = bothWays(condition, values, text);
      if (again) assertEquals(bothWays(again, values, text), truth, `printed again: ${text}`);
      judgeFolded(condition, values, { truth, types, text });
    }
  }
});

/** The condition read from its printed form, where Falco's form says everything. */
function reprinted(text: string): CheckedCondition | undefined {
  if (/''|regex|\\/.test(text)) return undefined;
  const parsed = parseCondition(new SourceText("<test>", text), new Report())!;
  const { condition } = check(printCondition(parsed));
  assert(condition, `${text} prints as ${printCondition(parsed)}`);
  return condition;
}

function judgeFolded(
  condition: CheckedCondition,
  values: Values,
  { truth, types, text }: { truth: boolean; types: ReadonlySet<number>; text: string },
): void {
  for (const code of types) {
    if (eventType(code)?.name !== values["evt.type"]) continue;
    const folded = foldForEventType(condition, code);
    const event = values as unknown as Event;
    const result = typeof folded === "boolean"
      ? folded
      : interpretCondition(folded, event, {} as State);
    assertEquals(result, truth, `folded for ${values["evt.type"]}: ${text}`);
    return;
  }
  // evt.num and syscall.type take any value here, so only the type itself can be wrong.
  if (!/evt\.num|syscall\.type/.test(text)) assert(!truth, `type is missing: ${text}`);
}

Deno.test(`parseCondition() reports or succeeds for any row of tokens (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  const tokens = [
    ...OPERATOR_NAMES,
    ..."()[],.'\"\\ \n\t\0é😀",
    "and",
    "or",
    "not",
    "proc.name",
    "evt.arg",
    "in",
    "val(",
    "len(",
    "join(",
    "0x1f",
    "-1.5e+3",
    "oneof ",
    "\\x",
    "$&",
    "\ud800",
  ];
  for (let i = 0; i < CASES; i++) {
    const text = times(dice, 20, () => dice.pick(tokens) + dice.pick(["", " "])).join("");
    const report = new Report();
    const condition = parseCondition(new SourceText("<test>", text), report);
    assertEquals(condition === undefined, report.hasErrors, JSON.stringify(text));
    for (const { at } of report.diagnostics) {
      const fits = at!.start >= 0 && at!.start <= at!.end && at!.end <= text.length;
      assert(fits, `${JSON.stringify(text)}: ${at!.start} to ${at!.end}`);
    }
    if (condition) check(text);
  }
});

Deno.test(`checkCondition() reports or succeeds for damaged conditions (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  const author = new Author(dice);
  for (let i = 0; i < CASES; i++) {
    const text = author.condition(3);
    const at = dice.below(text.length);
    const damaged = text.slice(0, at) + dice.pick(["", "(", "'", "9", " in ", ".", "x"]) +
      text.slice(at + dice.below(4));
    const { condition, report } = check(damaged);
    assertEquals(condition === undefined, report.hasErrors, damaged);
  }
});

Deno.test(`Regex agrees with a backtracking engine on patterns both know (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  const pattern = (depth: number): string => {
    if (depth === 0) return dice.pick(["a", "b", ".", "[ab]", "[^a]", "", "^", "$", "\\n"]);
    const part = () => pattern(depth - 1);
    return dice.pick([
      () => part() + part(),
      () => `(${part()}|${part()})`,
      () => `(${part()})${dice.pick(["*", "+", "?", "{2}", "{1,3}", "{0,}", "{2,}"])}`,
    ])();
  };
  for (let i = 0; i < CASES; i++) {
    const source = pattern(4);
    const regex = compileRegex(source);
    assert(regex instanceof Regex, source);
    const program = programOf(parsePattern(source) as Expression)!;
    const byPlaces = BitProgram.of(program, Alphabet.of(program));
    const judge = new RegExp(`(?<![^])(?:${source.replaceAll(".", "[^\n]")})(?![^])`, "um");
    for (let j = 0; j < 4; j++) {
      const text = times(dice, 6, () => dice.pick(["a", "b", "c", "\n"])).join("");
      const expected = judge.test(text);
      assertEquals(regex.matches(text), expected, `${source} on ${JSON.stringify(text)}`);
      assertEquals(byPlaces?.matches(text) ?? expected, expected, `${source} by places`);
    }
  }
});

Deno.test(`Glob agrees with the expression it stands for (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  const pieces = { "*": ".*", "?": ".", a: "a", b: "b", "[ab]": "[ab]", "[!a]": "[^a]" };
  for (let i = 0; i < CASES; i++) {
    const chosen = times(dice, 6, () => dice.pick(Object.entries(pieces)));
    const glob = new Glob(chosen.map(([piece]) => piece).join(""));
    const judge = new RegExp(`^${chosen.map(([, piece]) => piece).join("")}$`, "su");
    const text = times(dice, 8, () => dice.pick(["a", "b", "c"])).join("");
    assertEquals(glob.matches(text), judge.test(text), `${judge} on ${text}`);
  }
});
