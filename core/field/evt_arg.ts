/** evt.arg, evt.args, evt.rawarg: the parameters of the event. */
import { joinPath } from "../base/path.ts";
import {
  type Event,
  type EventParam,
  eventType,
  eventTypes,
  GENERIC_BASE,
  type ParamFormat,
  type ParamType,
  type ParamValue,
} from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { paramInEvent } from "./_dynamic_param.ts";
import { paramIndex } from "./_event.ts";
import { integerText } from "./_number.ts";
import { knownParam } from "./_known_param.ts";
import { argumentItem, argumentText } from "./_param.ts";
import { asBytes, type BytesFormat, textAsBytes } from "./_bytes.ts";
import { pathInView } from "./_path.ts";
import {
  type Basis,
  defineField,
  type FieldArgument,
  type FieldDefinition,
  type FieldType,
  type FieldValue,
} from "./field.ts";

export const evtArgFields: readonly FieldDefinition[] = [
  defineField({
    name: "evt.args",
    type: "CHARBUF",
    summary: "All parameters, name=value with the meaning in brackets, separated by spaces",
    extract: allArguments("dots"),
    extractBase64: allArguments("base64"),
  }),
  defineField({
    name: "evt.arg",
    type: "CHARBUF",
    summary: "One parameter by name or number: its meaning in words where it has one",
    argument: { required: true, kind: "either", signed: true, dotted: "rather", check: checkParam },
    basisIn: basisOfArgument,
    extract: oneArgument("dots"),
    extractBase64: oneArgument("base64"),
  }),
  defineField({
    name: "evt.rawarg",
    type: "DYN",
    summary: "One parameter by name: the value as it is",
    argument: { required: true, kind: "key", dotted: "rather", check: checkName },
    specialize: rawArgument,
    extract: rawValue,
  }),
  defineField({
    name: "evt.info",
    type: "CHARBUF",
    summary: "The same as evt.args",
    extract: allArguments("dots"),
    extractBase64: allArguments("base64"),
  }),
  defineField({
    name: "evt.abspath",
    type: "CHARBUF",
    summary: "Absolute path a call with a directory descriptor works on; src and dst of two",
    argument: {
      required: false,
      kind: "key",
      dotted: "only",
      check: (end) => end === "src" || end === "dst" ? undefined : 'it takes only "src" or "dst"',
    },
    extract: absolutePath,
  }),
];

function allArguments(bytes: BytesFormat): FieldDefinition["extract"] {
  return (event, state) => {
    // Generic events have parameters for internal use only.
    if (event.type >= GENERIC_BASE) return "";
    const { params, category } = eventType(event.type) ?? {};
    if (params === undefined) return undefined;
    const present = event.paramCount === undefined ? params : params.slice(0, event.paramCount);
    const items = present.map((declared, index) => {
      const param = paramInEvent(event, declared);
      const value = knownParam(event, state, index);
      return argumentItem({ state, param, value, category, bytes });
    });
    return items.join(" ");
  };
}

/** Paths and the flags of opening calls are what events of one kin have in common. */
function basisOfArgument(code: number, argument: FieldArgument): Basis | undefined {
  const type = eventType(code);
  const param = type?.params[indexOf(code, argument)];
  // No event of the type has one, if the type is known at all.
  if (type === undefined || param === undefined) return "names";
  if (param.type === "FSPATH" || param.type === "FSRELPATH") return "names";
  return param.name === "flags" && type.name.startsWith("open") ? "names" : undefined;
}

function indexOf(code: number, argument: FieldArgument): number {
  if (typeof argument === "number") return argument;
  return argument === undefined ? -1 : paramIndex(code, argument);
}

function oneArgument(bytes: BytesFormat): FieldDefinition["extract"] {
  return (event, state, argument) => {
    const index = indexOf(event.type, argument);
    if (index >= (event.paramCount ?? Infinity)) return undefined;
    const type = eventType(event.type);
    const declared = type?.params[index];
    if (declared === undefined) return undefined;
    const param = paramInEvent(event, declared);
    const value = knownParam(event, state, index);
    return argumentText({ state, param, value, category: type?.category, bytes });
  };
}

function rawValue(event: Event, state: State, argument: FieldArgument): FieldValue {
  const index = paramIndex(event.type, String(argument));
  return index < 0 ? undefined : plainValue(knownParam(event, state, index));
}

function plainValue(value: ParamValue): FieldValue {
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  if ("raw" in value) return value.raw;
  // Tuples and lists of descriptors have no value of their own; rules ask fd.… and fdlist.… fields.
  return "family" in value || "polled" in value ? undefined : value.join("\0");
}

let paramsByName: Map<string, EventParam> | undefined;

/** The first parameter of that name decides about type and format, as upstream's. */
function findParam(name: string): EventParam | undefined {
  paramsByName ??= new Map(
    eventTypes().flatMap(({ params }) => params).reverse().map((param) => [param.name, param]),
  );
  return paramsByName.get(name);
}

/** Falco reads numbers with their signs: -1 is none there, too, and what is below ends it. */
function checkParam(argument: string): string | undefined {
  return /^(\+?\d+|-0*[01])$/.test(argument) ? undefined : checkName(argument);
}

function checkName(argument: string): string | undefined {
  return findParam(argument) ? undefined : `no event has a parameter "${argument}"`;
}

const rawArguments = new Map<string, FieldDefinition>();

function rawArgument(name: string): FieldDefinition {
  const known = rawArguments.get(name);
  if (known !== undefined) return known;
  const definition = makeRawArgument(name, findParam(name));
  rawArguments.set(name, definition);
  return definition;
}

function makeRawArgument(name: string, param: EventParam | undefined): FieldDefinition {
  const format = param && integerFormat(param.format);
  const type = param === undefined ? "CHARBUF" : fieldType(param.type);
  return defineField({
    name: "evt.rawarg",
    type,
    summary: "One parameter by name: the value as it is",
    argument: { required: true, kind: "key", dotted: "rather", check: checkName },
    ...(format === undefined ? {} : { format }),
    extract: (event, state) => valueOfType(rawValue(event, state, name), type),
    show: (event, state) => shownRaw(event, state, { name, usual: format }),
    json: (event, state) => rawNumber(event, state, name),
  });
}

/**
 * By the type and format that the parameter has in this event; conditions go by those that most
 * parameters of the name have. A number without bytes prints as 0, a buffer as nothing and a text as
 * <NA>; all of them compare as absent.
 */
function shownRaw(
  event: Event,
  state: State,
  { name, usual }: { readonly name: string; readonly usual: FieldDefinition["format"] },
): FieldValue {
  const raw = rawIn(event, state, name);
  if (raw === undefined) return undefined;
  const { param, known } = raw;
  // What is a list of words, in outputs, are the bytes that stand for it: each word with a NUL behind it.
  if (Array.isArray(known)) return known.map((word) => `${textAsBytes(word, "dots")}.`).join("");
  const value = plainValue(known) ?? shownWithoutBytes(param.type);
  if (typeof value !== "number" && typeof value !== "bigint") return value;
  const format = integerFormat(param.format);
  return format === usual && format !== undefined ? value : integerText(value, format, param.type);
}

/** What JSON has as a number: one that is decimal in this event. */
function rawNumber(event: Event, state: State, name: string): number | bigint | undefined {
  const raw = rawIn(event, state, name);
  if (raw?.param.format !== "dec" && raw?.param.format !== "id") return undefined;
  const value = plainValue(raw.known) ?? shownWithoutBytes(raw.param.type);
  return typeof value === "number" || typeof value === "bigint" ? value : undefined;
}

/** The parameter of that name, as this event has it. */
function rawIn(
  event: Event,
  state: State,
  name: string,
): { readonly param: EventParam; readonly known: ParamValue } | undefined {
  const index = paramIndex(event.type, name);
  const param = eventType(event.type)?.params[index];
  if (param === undefined || index >= (event.paramCount ?? Infinity)) return undefined;
  return { param, known: knownParam(event, state, index) };
}

function shownWithoutBytes(type: ParamType): FieldValue {
  switch (type) {
    case "BYTEBUF":
      return "";
    case "CHARBUF":
    case "FSPATH":
    case "FSRELPATH":
      return "<NA>";
  }
  return isNumeric(fieldType(type)) ? 0 : undefined;
}

function isNumeric(type: FieldType): boolean {
  return type !== "CHARBUF" && type !== "BYTEBUF" && type !== "FSPATH" && type !== "IPADDR" &&
    type !== "IPNET";
}

/**
 * Parameters of one name have different types in different events (`dev` of open and of mount), and
 * operators trust the type: what is of another kind is absent. Strings count as their bytes.
 */
function valueOfType(value: FieldValue, type: FieldType): FieldValue {
  switch (type) {
    case "CHARBUF":
    case "FSPATH":
      return typeof value === "string" ? value : undefined;
    case "BYTEBUF":
      return asBytes(value);
    case "IPADDR":
    case "IPNET":
      return value instanceof Uint8Array ? value : undefined;
    case "BOOL":
      return typeof value === "boolean" ? value : undefined;
    default:
      return typeof value === "number" || typeof value === "bigint" ? value : undefined;
  }
}

function integerFormat(format: ParamFormat): FieldDefinition["format"] {
  switch (format) {
    case "hex":
      return "hex";
    case "oct":
      return "octal";
    case "padded":
      return "padded";
    case "id":
      return "id";
    case "na":
    case "dir":
      return undefined;
    case "dec":
      return "decimal";
  }
}

/** How a parameter's raw value is compared. */
function fieldType(type: ParamType): FieldType {
  switch (type) {
    case "FSRELPATH":
      return "FSPATH";
    case "FD32":
      return "FD";
    case "PID32":
      return "PID";
    case "FLAGS8":
    case "ENUMFLAGS8":
      return "UINT8";
    case "FLAGS16":
    case "ENUMFLAGS16":
    case "SYSCALLID":
      return "UINT16";
    case "ENUMFLAGS32":
    case "SIGSET":
      return "UINT32";
    case "IPV4ADDR":
    case "IPV6ADDR":
      return "IPADDR";
    case "IPV4NET":
    case "IPV6NET":
      return "IPNET";
    case "SOCKADDR":
    case "SOCKTUPLE":
    case "FDLIST":
      return "BYTEBUF";
    case "CHARBUFARRAY":
    case "CHARBUF_PAIR_ARRAY":
      return "CHARBUF";
    case "DYN":
      return "UINT64";
    default:
      return type;
  }
}

/** Relative to the working directory, linux include/uapi/linux/fcntl.h. */
const AT_FDCWD = -100;
const UNKNOWN_DIRECTORY = "<UNKNOWN>/";

/**
 * Where a call with a directory descriptor keeps its path, or the path it makes from the other. The
 * parameter before is the descriptor.
 */
const ABSOLUTE: Readonly<Record<string, readonly [source: string, destination?: string]>> = {
  openat: ["name"],
  openat2: ["name"],
  open_by_handle_at: ["path"],
  renameat: ["oldpath", "newpath"],
  renameat2: ["oldpath", "newpath"],
  linkat: ["oldpath", "newpath"],
  symlinkat: ["linkpath"],
  unlinkat: ["name"],
  mkdirat: ["path"],
  fchmodat: ["filename"],
  fchownat: ["pathname"],
};

function absolutePath(event: Event, state: State, end: FieldArgument): FieldValue {
  const name = eventType(event.type)?.name;
  if (name === undefined || !Object.hasOwn(ABSOLUTE, name)) return undefined;
  const [source, destination] = ABSOLUTE[name]!;
  const wanted = destination !== undefined && end === "dst" ? destination : source;
  const index = paramIndex(event.type, wanted);
  const path = index < 0 ? undefined : event.param(index);
  if (typeof path === "string") return path;
  if (typeof path !== "object" || !("given" in path)) return undefined;
  const { raw } = path;
  const shown = pathInView(path, state);
  const isJoined = raw === "" || raw.startsWith("/") || shown !== joinPath("", raw);
  return isJoined ? shown : joinPath(missingBase(event, state, index - 1), raw);
}

/** In place of a directory that a path was not joined with: the number is nobody's, or has no name. */
function missingBase(event: Event, state: State, index: number): string {
  const number = event.param(index);
  if (number === AT_FDCWD) return "";
  return state.otherDescriptor(Number(number)) ? "/" : UNKNOWN_DIRECTORY;
}
