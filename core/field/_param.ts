/**
 * Parameters of events as text: `evt.arg`, `evt.args`.
 *
 * Every parameter has a plain text, and some have a meaning besides: the name behind a number, the
 * whole path behind a relative one. `evt.args` shows `fd=3(<f>/etc/passwd)`, `evt.arg.fd` the meaning
 * where there is one. After libs userspace/libsinsp/event.cpp get_param_as_str.
 */
import { dayText, timeOfDay } from "../base/mod.ts";
import {
  errnoName,
  type EventCategory,
  type EventParam,
  type NamedPath,
  type ParamFormat,
  type ParamType,
  type ParamValue,
  type PolledDescriptors,
  renderFlags,
  signalName,
  type SocketTuple,
  syscallByCode,
} from "../event/mod.ts";
import { type State, UNKNOWN_COMM } from "../state/mod.ts";
import { type BytesFormat, bytesText, textAsBytes } from "./_bytes.ts";
import { descriptorName, openDescriptor, shownTypeChar } from "./_descriptor.ts";
import { integerText } from "./_number.ts";
import { pathInView } from "./_path.ts";
import { addressOfSocket, movedText, protocolOf, socketText } from "./_socket.ts";

/** A parameter of the event that the state is at. */
export interface Argument {
  readonly state: State;
  readonly param: EventParam;
  readonly value: ParamValue;
  /** Of the event. */
  readonly category: EventCategory | undefined;
  /** How parameters that are bytes print. */
  readonly bytes: BytesFormat;
}

/** Relative to the working directory, linux include/uapi/linux/fcntl.h. */
const AT_FDCWD = -100;
/** (uid_t) -1: leave as it is. */
const NO_ID = 0xffffffff;
const NS_PER_SECOND = 1e9;
const NO_TIMEOUT = 0xffff_ffff_ffff_ffffn;

/** `evt.arg.x`: the meaning, or the plain text where there is none. */
export function argumentText(argument: Argument): string {
  return meaning(argument) || plainText(argument);
}

/** One item of `evt.args`. */
export function argumentItem(argument: Argument): string {
  const text = meaning(argument);
  const plain = `${argument.param.name}=${plainText(argument)}`;
  return text === "" ? plain : `${plain}(${text})`;
}

function plainText(argument: Argument): string {
  const { state, param, value, bytes } = argument;
  switch (typeof value) {
    case "undefined":
      return absentText(param.type);
    case "number":
    case "bigint":
      return numberText(value, param.type, param.format);
    case "string":
      return param.type === "BYTEBUF" ? textAsBytes(value, bytes) : value;
  }
  if (value instanceof Uint8Array) return bytesText(value, bytes);
  if (isPath(value)) return value.raw;
  if (isSocket(value)) {
    if (value.direction !== undefined) return movedText(value);
    if (value.text !== undefined) return value.text;
    return param.type === "SOCKTUPLE"
      ? socketText(value, state.descriptor?.role)
      : addressOfSocket(value);
  }
  if (isPolled(value)) return polledText(value, state);
  if (value.length === 0) return absentText(param.type);
  // The bytes of a list end in a NUL each.
  return value.map((item) => `${textAsBytes(item, "dots")}.`).join("");
}

/** Upstream's two words for nothing, by type. */
function absentText(type: ParamType): string {
  switch (type) {
    case "BYTEBUF":
    case "SOCKTUPLE":
    case "FDLIST":
    case "CHARBUFARRAY":
    case "CHARBUF_PAIR_ARRAY":
    case "DYN":
      return "NULL";
    default:
      return "<NA>";
  }
}

function numberText(value: number | bigint, type: ParamType, format: ParamFormat): string {
  switch (type) {
    case "ERRNO":
    case "FD":
    case "FD32":
    case "PID":
    case "PID32":
    case "SIGTYPE":
    case "FLAGS8":
    case "FLAGS16":
    case "FLAGS32":
    case "ENUMFLAGS8":
    case "ENUMFLAGS16":
    case "ENUMFLAGS32":
      return String(value);
    case "UID":
    case "GID":
      return String(Number(value) | 0);
    case "SIGSET":
      return signalsText(Number(value));
    case "RELTIME":
      return BigInt.asUintN(64, big(value)) === NO_TIMEOUT ? "none" : String(value);
    case "ABSTIME":
      return `${dayText(big(value))} ${timeOfDay(big(value))}`;
  }
  switch (format) {
    case "hex":
      return integerText(value, "hex", type);
    case "oct":
      return Number(value) === 0 ? "0" : `0${integerText(value, "octal", type)}`;
    case "padded":
      return integerText(value, "padded", type);
    default:
      // Upstream prints unsigned integers as signed ones.
      if (type === "UINT32") return String(Number(value) | 0);
      return typeof value === "bigint" ? String(BigInt.asIntN(64, value)) : String(value);
  }
}

/** "" where the plain text says all. */
function meaning(argument: Argument): string {
  const { state, param, value } = argument;
  if (typeof value === "number" || typeof value === "bigint") {
    return numberMeaning(Number(value), argument);
  }
  if (typeof value === "object" && isPath(value)) return pathMeaning(value, param.type, state);
  return "";
}

function numberMeaning(value: number, argument: Argument): string {
  const { state, param } = argument;
  switch (param.type) {
    case "ERRNO":
      return value < 0 ? errnoName(value) ?? "" : "";
    case "FD":
    case "FD32":
      return descriptorMeaning(value, state);
    case "PID":
    case "PID32":
      return nameOf(value, state);
    case "UID":
      return value === NO_ID ? "<NONE>" : userOf(value, argument)?.name || "<NA>";
    case "GID":
      return value === NO_ID ? "<NONE>" : groupOf(value, argument)?.name || "<NA>";
    case "SIGTYPE":
      return signalName(value) ?? "";
    case "SYSCALLID":
      return syscallByCode(value)?.name ?? "";
    case "RELTIME":
      return value >= 0 && value < Number(NO_TIMEOUT) ? `${shortest(value / NS_PER_SECOND)}s` : "";
    default:
      return param.flags === undefined ? "" : flagsText(param.flags, value);
  }
}

/** setuid() and the like have ids as their caller has them, exec as the kernel has them. */
function userOf(uid: number, { state, param, category }: Argument) {
  if (category === "user") return state.userInside(uid);
  return param.name === "loginuid" ? state.loginUser(uid) : state.user(uid);
}

function groupOf(gid: number, { state, category }: Argument) {
  return category === "user" ? state.groupInside(gid) : state.group(gid);
}

/**
 * A process keeps its name when its main thread ends before the others. Where only they are known, Falco
 * knows nobody of that number.
 */
function nameOf(id: number, { processes }: State): string {
  const process = processes.process(id);
  const comm = (processes.thread(id) ?? process)?.comm ?? "";
  return comm === UNKNOWN_COMM && process && process.otherThreadCount > 0 ? "" : comm;
}

/** Programs use few combinations; one that tries all only has them worked out each time. */
const MAX_FLAG_TEXTS = 1024;
const flagTexts = new Map<string, Map<number, string>>();

/** Rules hold flags against words on every open, so what a combination prints as is kept. */
function flagsText(table: string, value: number): string {
  let texts = flagTexts.get(table);
  if (texts === undefined) flagTexts.set(table, texts = new Map());
  let text = texts.get(value);
  if (text === undefined) {
    text = renderFlags(table, value);
    if (texts.size >= MAX_FLAG_TEXTS) texts.clear();
    texts.set(value, text);
  }
  return text;
}

/** `<f>/etc/passwd`, `<4t>10.0.0.1:33060->10.0.0.2:443`, AT_FDCWD, or the error in its place. */
function descriptorMeaning(number: number, state: State): string {
  if (number === AT_FDCWD) return "AT_FDCWD";
  if (number < 0) return errnoName(number) ?? "";
  const own = openDescriptor(state);
  const descriptor = own?.number === number ? own : state.otherDescriptor(number);
  if (descriptor === undefined) return "";
  const isIp = descriptor.typeChar === "4" || descriptor.typeChar === "6";
  const protocol = isIp ? protocolOf(descriptor)?.[0] ?? "" : "";
  return `<${shownTypeChar(descriptor.typeChar)}${protocol}>${descriptorName(descriptor, state)}`;
}

/**
 * Absolute paths stand for themselves as they are, unless the kernel's differ and are judged. What
 * upstream takes for plain text (a symbolic link's target) is not joined with anything.
 */
function pathMeaning(path: NamedPath, type: ParamType, state: State): string {
  const text = pathInView(path, state);
  if (state.view === "resolved") return text === path.raw ? "" : text;
  if (type === "CHARBUF") return "";
  return path.raw === "" || path.raw.startsWith("/") ? "" : text;
}

/** Signal n is bit n - 1; upstream keeps 32. */
function signalsText(set: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const name = (set >>> bit) & 1 ? signalName(bit + 1) : undefined;
    if (name !== undefined) names.push(name);
  }
  return names.join(" ");
}

/** Smaller and larger numbers have an exponent. */
const SMALLEST_PLAIN = 1e-4, LARGEST_PLAIN = 1e6;

/** printf's %g: six digits that count. */
function shortest(value: number): string {
  const rounded = Number(value.toPrecision(6));
  const isPlain = rounded === 0 || (rounded >= SMALLEST_PLAIN && rounded < LARGEST_PLAIN);
  const text = isPlain ? String(rounded) : rounded.toExponential();
  // Exponents have two digits there at least.
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function big(value: number | bigint): bigint {
  return typeof value === "bigint" ? value : BigInt(Math.trunc(value));
}

function isPath(value: object): value is NamedPath {
  return "given" in value;
}

function isPolled(value: object): value is PolledDescriptors {
  return "polled" in value;
}

/**
 * `3:f1 4:p4`: number, type and the events that are waited for. Numbers print without a sign there: -1,
 * which programs put where a poll is to pass over an entry, as the largest of 64 bits.
 */
function polledText({ polled }: PolledDescriptors, state: State): string {
  return polled.map(({ number, events }) => {
    const typeChar = state.otherDescriptor(number)?.typeChar ?? "?";
    const shown = number < 0 ? BigInt.asUintN(64, BigInt(number)) : number;
    return `${shown}:${shownTypeChar(typeChar)}${events.toString(16)}`;
  }).join(" ");
}

function isSocket(value: object): value is SocketTuple {
  return "family" in value;
}
