/** A live event as the probe of Falco's would have sent it. */
import { type Event, eventType, GENERIC_BASE, syscallByCode, upstreamCode } from "../event/mod.ts";
import { knownParam } from "../field/mod.ts";
import { encodeParam } from "../scap/mod.ts";
import type { State } from "../state/mod.ts";
import { encoded, fitted, type Params } from "./_params.ts";

/** PPME_GENERIC_X: calls that have no type of their own. */
export const GENERIC_EXIT = 1;

/** Code and parameters; what the source does not send with each event comes from the process table. */
export function rawParams(
  event: Event,
  state: State,
): { readonly type: number; readonly params: Params } {
  const { type } = event;
  if (type >= GENERIC_BASE) return { type: GENERIC_EXIT, params: genericParams(event) };
  const role = event.descriptor?.role;
  const params = eventType(type)?.params ?? [];
  return {
    type: upstreamCode(type),
    params: fitted(params.map((param, index) => {
      return encoded(param, knownParam(event, state, index), role);
    })),
  };
}

/** Which call it was: number of its kind, and the kernel's. */
export function genericParams(event: Event): Params {
  const code = event.type - GENERIC_BASE;
  const number = event.param(1) ?? syscallByCode(code)?.number;
  return [encodeParam("UINT16", code), encodeParam("UINT16", number)];
}
