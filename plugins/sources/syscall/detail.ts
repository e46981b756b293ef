/** How much of each system call has to leave the kernel, by what the rules ask of its event. */
import {
  EVENT_FLAGS,
  type EventNeeds,
  type EventParam,
  eventType,
  GENERIC_BASE,
  type ParamType,
} from "../../../core/mod.ts";
import type { Detail } from "../../../ffi/mod.ts";
import { paramReaders } from "./params.ts";
import { readsPieces } from "./piece_params.ts";

/** Fields that tell all parameters of an event. */
const ALL_PARAMS = ["evt.args", "evt.info"];
const ONE_PARAM = /^evt\.(?:raw)?arg[.[](\w+)\]?$/;
/** Fields that are made of one parameter. */
const PARAM_OF: readonly (readonly [field: RegExp, param: string])[] = [
  [/^evt\.buffer$/, "data"],
  [/^fdlist\./, "fds"],
  [/^fs\.path\.source/, "dev"],
];

/** Fields of which no event needs to know what its descriptor is of; all others may. */
const WITHOUT_DESCRIPTOR: readonly RegExp[] = [
  /^(?:proc|thread|user|group|container|k8s|syscall)\./,
  /^evt\.(?:type|dir|num|cpu|category|source|res|rawres|failed|is_compat|is_wait)$/,
  /^evt\.(?:is_io|is_io_read|is_io_write|io_dir|buffer|arg|rawarg)$/,
  /^evt\.(?:raw|date|rel|delta)?time(?:$|\.)/,
];
/** Fields of what a process uses. */
const OF_USAGE =
  /^(?:proc\.(?:vmsize|vmrss|vmswap|fdlimit)|thread\.(?:vmsize|vmrss|pfmajor|pfminor))\b/;

/** Parameters that print what a descriptor is of, or are that. */
const OF_DESCRIPTORS: ReadonlySet<ParamType> = new Set([
  "FD",
  "FD32",
  "FDLIST",
  "SOCKADDR",
  "SOCKTUPLE",
  "CHARBUF",
  "FSPATH",
  "FSRELPATH",
]);

/** What is to be told of the calls with this event type. */
export function detailOf(type: number, needs: EventNeeds): Detail {
  const fields = needs.fieldsOf?.(type) ?? needs.fields;
  const asked = type >= GENERIC_BASE ? [] : askedParams(type, fields);
  const readers = paramReaders(type);
  const numbersOnly = !asked.some(({ param }) => OF_DESCRIPTORS.has(param.type)) &&
    [...fields].every((field) =>
      ONE_PARAM.test(field) || WITHOUT_DESCRIPTOR.some((known) => known.test(field))
    );
  return {
    extras: asked.some(({ index }) => readsPieces(readers[index]!)),
    usage: [...fields].some((field) => OF_USAGE.test(field)),
    numbersOnly,
    descriptors: !numbersOnly && (hasOnlyOthers(type) || asked.some(isDescriptor)),
  };
}

interface AskedParam {
  readonly index: number;
  readonly param: EventParam;
}

/** The parameters of an event type that fields tell. */
function askedParams(type: number, fields: ReadonlySet<string>): readonly AskedParam[] {
  const params = (eventType(type)?.params ?? []).map((param, index) => ({ param, index }));
  if (ALL_PARAMS.some((name) => fields.has(name))) return params;
  const asked = new Set<string>();
  for (const field of fields) {
    const [, name] = ONE_PARAM.exec(field) ?? [];
    if (name !== undefined) asked.add(name);
    for (const [made, of] of PARAM_OF) if (made.test(field)) asked.add(of);
  }
  return params.filter(({ param, index }) => asked.has(param.name) || asked.has(String(index)));
}

function isDescriptor({ param: { type } }: AskedParam): boolean {
  return type === "FD" || type === "FD32" || type === "FDLIST";
}

/**
 * Calls on paths, and those that make two descriptors: what they are about does not stand in the record
 * itself.
 */
function hasOnlyOthers(type: number): boolean {
  const { name = "", flags = 0, params = [] } = eventType(type) ?? {};
  if ((flags & EVENT_FLAGS.uses) !== 0) return params.some((param) => param.type === "FSRELPATH");
  return PAIRS.has(name);
}

const PAIRS: ReadonlySet<string> = new Set(["pipe", "pipe2", "socketpair"]);
