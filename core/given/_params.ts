/** The parameters of a given event: as given, else what its other parts say. */
import { joinPath } from "../base/mod.ts";
import {
  encodeExecFlags,
  type EventParam,
  eventType,
  type FileDescriptor,
  type NamedPath,
  type ParamValue,
  type ProcessSnapshot,
} from "../event/mod.ts";
import { type PathRole, pathRoleOf } from "../field/mod.ts";
import { withSlash } from "./_descriptor.ts";
import type { Facts } from "./_facts.ts";
import type { Given } from "./given.ts";
import { hasToldName } from "./_untold.ts";
import { flagsOf, resultOf, signalOf, wordsOf } from "./_words.ts";

/** Relative to the working directory, linux include/uapi/linux/fcntl.h. */
const AT_FDCWD = -100;
const EXECUTABLE_MODE = 0o755, PLAIN_MODE = 0o644;

/** In the order of the event type's parameters; absent where nothing is known. */
export function paramsOf(
  facts: Facts,
  descriptor: FileDescriptor | undefined,
): readonly ParamValue[] {
  const { type } = facts.given;
  const reader = new ParamReader(facts, descriptor);
  return (eventType(type)?.params ?? []).map((param, index) => reader.read(param, index));
}

class ParamReader {
  readonly #given: Given;

  constructor(readonly facts: Facts, readonly descriptor: FileDescriptor | undefined) {
    this.#given = facts.given;
  }

  read(param: EventParam, index: number): ParamValue {
    const raw = this.#given.value("evt.rawarg", param.name);
    if (raw !== undefined && typeof raw !== "boolean" && !Array.isArray(raw)) {
      return typeof raw === "string"
        ? this.#ofText(raw, param)
        : raw as number | bigint | Uint8Array;
    }
    const text = this.#given.text("evt.arg", param.name);
    const value = text === undefined ? undefined : this.#ofText(text, param);
    return value ?? this.#derived(param, index);
  }

  /** Absent where the text is no value of that type: the field then shows the text and no more. */
  #ofText(text: string, param: EventParam): ParamValue {
    if (param.flags !== undefined) return flagsOf(param.flags, text);
    switch (param.type) {
      case "FSPATH":
      case "FSRELPATH":
        return this.#opens(param) ? this.descriptor?.path : this.#pathOf(text);
      case "CHARBUF":
        return text;
      case "BYTEBUF":
        return LISTS.has(param.name) ? wordsOf(text) : new TextEncoder().encode(text);
      case "CHARBUFARRAY":
      case "CHARBUF_PAIR_ARRAY":
        return wordsOf(text);
      case "ERRNO":
        return resultOf(text);
      case "SIGTYPE":
        return signalOf(text);
      case "SOCKADDR":
      case "SOCKTUPLE":
        return this.descriptor?.socket;
      default:
        return text === "AT_FDCWD" ? AT_FDCWD : numberOf(text, param);
    }
  }

  #derived(param: EventParam, index: number): ParamValue {
    const { given, result, process, openFlags } = this.facts;
    const { name, type } = param;
    if (index === 0 && (name === "res" || name === "fd") && result !== undefined) return result;
    const role = pathRoleOf(given.type, name);
    if (role !== undefined) return this.#pathInRole(role);
    const { name: event = "" } = eventType(given.type) ?? {};
    if (event.startsWith("execve") && Object.hasOwn(OF_EXEC, name)) return OF_EXEC[name]!(process);
    switch (type) {
      case "FD":
      case "FD32":
        return name === "fd" ? this.descriptor?.number : AT_FDCWD;
      case "SOCKTUPLE":
        return this.descriptor && hasToldName(this.descriptor) ? this.descriptor.socket : undefined;
      case "SOCKADDR":
        return this.descriptor?.socket;
    }
    switch (name) {
      case "data":
        return given.bytes("evt.buffer");
      case "flags":
        return openFlags;
      case "mode":
        if (openFlags === undefined) return undefined;
        return given.truth("evt.is_open_exec") ? EXECUTABLE_MODE : PLAIN_MODE;
      case "ino":
        return this.descriptor?.inode;
      default:
        return undefined;
    }
  }

  #pathInRole(role: PathRole): ParamValue {
    const { given, openFlags } = this.facts;
    if (role === "name" && openFlags !== undefined) return this.descriptor?.path;
    const passed = given.text(`fs.path.${role}raw`), name = given.text(`fs.path.${role}`);
    if (passed === undefined) return name === undefined ? undefined : this.#pathOf(name);
    return { ...this.#pathOf(passed), ...name !== undefined && { given: name } };
  }

  #opens(param: EventParam): boolean {
    return this.facts.openFlags !== undefined && param.name === "name";
  }

  #pathOf(raw: string): NamedPath {
    const directory = withSlash(this.facts.process.cwd);
    return { raw, given: joinPath(directory, raw), resolved: undefined };
  }
}

/** Parameters whose bytes are texts that end in a NUL each. */
const LISTS: ReadonlySet<string> = new Set(["args", "env"]);

/** Parameters of a started program; the process table knows the others. */
const OF_EXEC: Readonly<Record<string, (process: ProcessSnapshot) => ParamValue>> = {
  exe: ({ image }) => image.exe,
  args: ({ image }) => image.args,
  env: ({ image }) => image.env,
  tid: ({ threadId }) => threadId,
  pid: ({ processId }) => processId,
  trusted_exepath: ({ image }) => image.exePath,
  filename: ({ image }) => image.exeGiven,
  flags: ({ image }) => encodeExecFlags(image),
};

const INTEGER = /^-?\d{1,18}$/, HEXADECIMAL = /^0x[0-9a-f]{1,15}$/i, OCTAL = /^0[0-7]{1,11}$/;

function numberOf(text: string, { format }: EventParam): number | bigint | undefined {
  const value = format === "oct" && OCTAL.test(text)
    ? BigInt(`0o${text.slice(1)}`)
    : INTEGER.test(text) || HEXADECIMAL.test(text)
    ? BigInt(text)
    : undefined;
  return value === undefined || !Number.isSafeInteger(Number(value)) ? value : Number(value);
}
