/** Values of parameters as captures have them: what the event tables say, beyond `encodeParam`. */
import {
  currentEventCode,
  DYNAMIC_TYPES,
  type EventParam,
  eventType,
  type ParamValue,
} from "../event/mod.ts";
import { encodeParam } from "../scap/mod.ts";
import { cgroupTexts } from "../state/mod.ts";

export type Params = readonly (Uint8Array | undefined)[];
export type NamedValues = Readonly<Record<string, ParamValue>>;
export type Role = "client" | "server" | undefined;

/** Upstream's readers take no ordinary event beyond 64 KiB, with its header and lengths. */
const LARGEST_PARAMS_BYTES = 65_000;

/** Code of today's version of an event that system calls of that name have. */
export function codeOf(name: string): number {
  return currentEventCode(name)!;
}

/** The parameters of a type by their names; those that are not named are absent. */
export function namedParams(code: number, values: NamedValues, role?: Role): Params {
  const params = eventType(code)?.params ?? [];
  return fitted(
    params.map((param) =>
      Object.hasOwn(values, param.name) ? encoded(param, values[param.name], role) : undefined
    ),
  );
}

export function encoded(param: EventParam, value: ParamValue, role: Role): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (param.type === "DYN") return encodedDynamic(param, value);
  if (param.name === "cgroups" && typeof value === "string") {
    return encodeParam(param.type, cgroupTexts(value));
  }
  // Whoever reads takes an environment of no bytes for one that is not told.
  if (param.name === "env" && Array.isArray(value) && value.length === 0) return LONE_NUL;
  return encodeParam(param.type, value, role);
}

const LONE_NUL = Uint8Array.of(0);

/** The longest are cut until all fit into one event. */
export function fitted(params: Params): Params {
  let fit = params;
  for (let excess = excessOf(fit); excess > 0; excess = excessOf(fit)) {
    const longest = fit.reduce(
      (at, param, index) => (param?.length ?? 0) > (fit[at]?.length ?? 0) ? index : at,
      0,
    );
    const { length } = fit[longest]!;
    const cut = fit[longest]!.subarray(0, Math.max(length >> 1, length - excess));
    fit = fit.map((param, index) => index === longest ? cut : param);
  }
  return fit;
}

function excessOf(params: Params): number {
  let total = 0;
  for (const param of params) total += param?.length ?? 0;
  return total - LARGEST_PARAMS_BYTES;
}

/** The first byte says which of the types the value has. */
function encodedDynamic({ dynamic }: EventParam, value: ParamValue): Uint8Array | undefined {
  if (dynamic === undefined) return undefined;
  const variants = DYNAMIC_TYPES[dynamic];
  const wanted = value instanceof Uint8Array
    ? ["BYTEBUF"]
    : typeof value === "string"
    ? ["CHARBUF"]
    : Number(value) < 0
    ? ["ERRNO", "INT64"]
    : typeof value === "bigint"
    ? ["UINT64", "INT64"]
    : ["UINT32", "UINT64", "INT64", "FD"];
  for (const type of wanted) {
    const index = variants.findIndex((variant) => variant.type === type);
    if (index < 0) continue;
    const bytes = encodeParam(variants[index]!.type, value);
    return bytes && Uint8Array.of(index, ...bytes);
  }
  return undefined;
}
