/** The shape of a rule field. The fields themselves stand in the tables beside this file. */
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";

/** Upstream's type names, as `falco --list` prints them (without the `PT_`). */
export type FieldType =
  | "INT8"
  | "INT16"
  | "INT32"
  | "INT64"
  | "UINT8"
  | "UINT16"
  | "UINT32"
  | "UINT64"
  | "CHARBUF"
  | "BYTEBUF"
  | "FSPATH"
  | "BOOL"
  | "DOUBLE"
  | "ERRNO"
  | "FD"
  | "PID"
  | "UID"
  | "GID"
  | "PORT"
  | "L4PROTO"
  | "SIGTYPE"
  | "RELTIME"
  | "ABSTIME"
  | "IPADDR"
  | "IPNET"
  | "MODE"
  | "FLAGS32"
  | "SOCKFAMILY"
  // Only evt.rawarg: the type is its argument's; `specialize` gives the real one.
  | "DYN";

/**
 * A field's value. Integers are `number` where the type fits 2^53 in practice and `bigint` for
 * ABSTIME, inode and capability-like 64-bit values; comparisons must accept both. Addresses are
 * 4 or 16 bytes. `undefined`: the event has no such value (`<NA>`, and every comparison is false).
 */
export type FieldScalar = string | number | bigint | boolean | Uint8Array;
export type FieldValue = FieldScalar | readonly FieldScalar[] | undefined;

/** `field[3]` gives 3, `field[name]` gives "name"; absent when the rule wrote none. */
export type FieldArgument = number | string | undefined;

/**
 * What a value depends on, so that a judge need not look again while that stays the same:
 *
 * - `event`: the event's own numbers, parameters and descriptor, but no path; quick to find out.
 * - `kin`: of that only what events of one kin share (`Event.kin`).
 * - `names`: the paths an event of its kin names; they have to be decoded first.
 * - `path`: the path of the event's descriptor in the view that is judged, the descriptor's kind
 *   (`typeChar`), and whether it is open.
 * - `process`: what `State.changedSince` covers: the thread, its process and ancestors, their users and
 *   their container. In events with `Event.aboutContainer` that one is not their container.
 */
export type Basis = "event" | "kin" | "names" | "path" | "process";

export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  /** One line in our own words, without a full stop. */
  readonly summary: string;
  /** The value is a list (flag EPF_IS_LIST). */
  readonly list?: boolean;
  readonly argument?: {
    readonly required: boolean;
    readonly kind: "index" | "key" | "either";
    /** Of an index: Falco takes one below 0, too; -1 is as good as none. */
    readonly signed?: boolean;
    /**
     * May follow the name after a dot as well; "rather": Falco has a name nowhere else, as in
     * `evt.arg.flags`, `thread.cgroup.memory`. "only": brackets are text in outputs, as in Falco.
     */
    readonly dotted?: boolean | "rather" | "only";
    /** One that would do, where a name or a small number would not. */
    readonly example?: string;
    /** Says what is wrong with an argument; absent when it is fine. */
    readonly check?: (argument: string) => string | undefined;
  };
  /**
   * The field stands for several candidates and extract returns them as an array although it is not a
   * list (fd.ip, fd.port, fd.net, fd.sip.name, proc.aname without an index). `=`/`in`/… hold when any
   * candidate satisfies them; with "none-differs", `!=` holds only when no candidate is equal. With
   * "empty-differs" it also holds where there is none: an address that has no name is not that of a name.
   */
  readonly candidates?: "any" | "none-differs" | "empty-differs";
  /** `=` holds for all that is no more than the constant. */
  readonly equalsUpTo?: true;
  /** Falco compares it with constants only, with or without a transformer around it. */
  readonly constantsOnly?: boolean;
  /** All values there are, where they are few; numbers that have no name may come beside them. */
  readonly values?: () => readonly string[];
  /** May only be used in conditions / only in outputs. */
  readonly only?: "filter" | "output";
  /** Says what to write instead, without a full stop. */
  readonly deprecated?: string;
  /** Worth adding to every output: `append_output` with `suggested_output` does. */
  readonly suggested?: boolean;
  /** A list of which rules of old look into the JSON with `contains`; `intersects` says that today. */
  readonly wasJsonText?: true;
  /** The field is falcod's own; Falco does not know it. */
  readonly origin?: "falcod";
  /** The container engine has to tell it, a while after the container is first seen; absent till then. */
  readonly fromEngine?: true;
  /** Absent: anything else, such as time, other processes, what a resolver said. */
  readonly basis?: Basis;
  /** In place of `basis` where that differs by type of event and argument. */
  readonly basisIn?: (eventType: number, argument: FieldArgument) => Basis | undefined;
  /** Why the field cannot be filled yet; `falcod list fields` shows it. Absent: it works. */
  readonly unavailable?: string;
  /** How integers print. */
  readonly format?: "decimal" | "hex" | "octal" | "id" | "padded";
  /** The entry for one argument, where type and format depend on it (evt.rawarg). */
  readonly specialize?: (argument: string) => FieldDefinition;
  /**
   * What JSON outputs show in place of the value, absent: the value. Falco gives integers there for
   * formatted times.
   */
  readonly json?: (event: Event, state: State) => number | bigint | undefined;
  extract(event: Event, state: State, argument: FieldArgument): FieldValue;
  /** What outputs show where Falco shows something else than conditions see. */
  readonly show?: FieldDefinition["extract"];
  /** What outputs show with `buffer_format_base64`, where bytes are part of a text. */
  readonly extractBase64?: FieldDefinition["extract"];
}

/** Keeps the literal's types narrow and gives the entry its place in the table. */
export function defineField(definition: FieldDefinition): FieldDefinition {
  return definition;
}

/** All fields that rules of one source may use, by name. */
export type FieldTable = ReadonlyMap<string, FieldDefinition>;
