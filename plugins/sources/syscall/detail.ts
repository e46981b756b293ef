/** How much of each system call has to leave the kernel, by what the rules ask of its event. */
import { type EventNeeds, eventType, GENERIC_BASE } from "../../../core/mod.ts";
import type { Detail } from "../../../ffi/mod.ts";
import { paramReaders } from "./params.ts";
import { readsPieces } from "./piece_params.ts";

/** Fields that tell all parameters of an event. */
const ALL_PARAMS = ["evt.args", "evt.info"];
const ONE_PARAM = /^evt\.(?:raw)?arg[.[](\w+)\]?$/;
/** Fields that are made of the parameter with the data. */
const OF_DATA = ["evt.buffer"];

/** What is to be told of the calls with this event type. */
export function detailOf(type: number, { fields }: EventNeeds): Detail {
  return { extras: asksPieces(type, fields) };
}

/** Whether a field tells something that stands in memory of the program. */
function asksPieces(type: number, fields: ReadonlySet<string>): boolean {
  if (type >= GENERIC_BASE) return false;
  const params = eventType(type)?.params ?? [];
  const inPieces = paramReaders(type).map(readsPieces);
  if (!inPieces.includes(true)) return false;
  if (ALL_PARAMS.some((name) => fields.has(name))) return true;
  const asked = new Set<string>();
  if (OF_DATA.some((name) => fields.has(name))) asked.add("data");
  for (const field of fields) {
    const [, name] = ONE_PARAM.exec(field) ?? [];
    if (name !== undefined) asked.add(name);
  }
  return params.some(({ name }, index) =>
    inPieces[index] && (asked.has(name) || asked.has(String(index)))
  );
}
