/** Parameters with values of several types: of which one a value is, another parameter tells. */
import { type Event, type EventParam, flagValue, type ParamType } from "../event/mod.ts";
import { paramIndex } from "./_event.ts";

interface Telling {
  readonly param: string;
  /** The flag table that names its values. */
  readonly table: string;
  /** Where nothing is said, a value is shown as the number or the bytes it is. */
  readonly types: Readonly<Record<string, ParamType>>;
}

/** By the name of the parameter that is told of. libs driver/ppm_fillers.c */
const TELLING: Readonly<Record<string, Telling>> = {
  // ptrace
  data: {
    param: "request",
    table: "ptrace_requests",
    types: {
      PTRACE_CONT: "SIGTYPE",
      PTRACE_SINGLESTEP: "SIGTYPE",
      PTRACE_DETACH: "SIGTYPE",
      PTRACE_SYSCALL: "SIGTYPE",
    },
  },
  // getsockopt, setsockopt
  val: {
    param: "optname",
    table: "sockopt_options",
    types: { SO_ERROR: "ERRNO", SO_RCVTIMEO: "RELTIME", SO_SNDTIMEO: "RELTIME" },
  },
};

/** The parameter with the type that it has in this event. */
export function paramInEvent(event: Event, param: EventParam): EventParam {
  if (param.type !== "DYN" || !Object.hasOwn(TELLING, param.name)) return param;
  const { param: teller, table, types } = TELLING[param.name]!;
  const told = event.param(paramIndex(event.type, teller));
  const type = Object.keys(types).find((name) => flagValue(table, name) === told);
  return type === undefined ? param : { ...param, type: types[type]! };
}
