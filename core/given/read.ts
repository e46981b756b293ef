/** Reads the fields of an event as people write them, as YAML or JSON. */
import { didYouMean, type Finding, type Report, type Span, whenNeeded } from "../base/mod.ts";
import type { YamlEntry, YamlNode } from "../base/yaml.ts";
import { currentEventCode, eventNames, eventType, newerCallOf } from "../event/mod.ts";
import {
  type FieldArgument,
  fieldNames,
  type FieldTable,
  type FieldValue,
  findField,
  readArgument,
} from "../field/mod.ts";
import { Given } from "./given.ts";
import { readValue } from "./_value.ts";
import { flagNames, unknownFlag } from "./_words.ts";

export interface GivenContext {
  /** Name of the event source. */
  readonly source: string;
  /** Fields of that source. */
  readonly fields: FieldTable;
  /** Where to point when something is missing altogether. */
  readonly at: Span;
}

/** What events are called whose source has no types of its own. */
const PLUGIN_EVENT = "pluginevent";
/** Fields that say which event it is. */
const NAMING: ReadonlySet<string> = new Set(["evt.type", "syscall.type"]);
/** linux v6.8 include/linux/sched.h TASK_COMM_LEN, without the NUL. */
const MAX_NAME_BYTES = 15;

/**
 * One event out of mappings of field to value; of equal fields the last one counts, so that a mapping
 * can say what all events have in common and the next one what is particular. `undefined` after
 * reporting what is wrong (`G001` to `G007`).
 */
export function readGiven(
  nodes: readonly YamlNode[],
  context: GivenContext,
  report: Report,
): Given | undefined {
  return new GivenReader(context, report).read(nodes);
}

class GivenReader {
  readonly #values = new Map<string, Map<FieldArgument, FieldValue>>();
  #failed = false;

  constructor(readonly context: GivenContext, readonly report: Report) {}

  read(nodes: readonly YamlNode[]): Given | undefined {
    const entries: YamlEntry[] = [];
    for (const node of nodes) {
      if (node.kind === "map") entries.push(...node.entries);
      else if (node.kind !== "null") {
        this.#fail("G001", "an event is a mapping of fields to values", node.span, EXAMPLE);
      }
    }
    if (this.#failed) return undefined;
    const alert = entries.find(({ key }) => key.value === "output_fields");
    if (alert) {
      const help = "this is an alert: take what is under output_fields, and evt.type beside it";
      return this.#fail("G004", 'unknown field "output_fields"', alert.key.span, help);
    }
    const type = this.#type(entries);
    for (const entry of entries) this.#entry(entry, type);
    if (this.#failed || type === undefined) return undefined;
    return new Given(this.context.source, type, this.#values);
  }

  /** The type decides which parameters there are, so it is looked for first. */
  #type(entries: readonly YamlEntry[]): number | undefined {
    const named = entries.findLast(({ key }) => NAMING.has(key.value));
    if (!named || named.value.kind !== "scalar") {
      if (this.context.source !== "syscall") return currentEventCode(PLUGIN_EVENT);
      const at = named?.key.span ?? this.context.at;
      return this.#fail("G002", 'the event has no "evt.type"', at, EXAMPLE);
    }
    const name = named.value.value;
    const code = currentEventCode(name);
    if (code !== undefined) return code;
    const help = () => didYouMean(name, knownEvents()) ?? "falcod list events shows all that exist";
    return this.#fail("G003", `unknown event type "${name}"`, named.value.span, help);
  }

  #entry({ key, value }: YamlEntry, type: number | undefined): void {
    const { fields } = this.context;
    const [, name = key.value, bracket] = /^([^[\]]*)\[(.*)\]$/s.exec(key.value) ?? [];
    const use = findField(fields, name, bracket);
    if (!use) {
      const help = () =>
        didYouMean(name, fieldNames(fields)) ?? "falcod list fields shows all that exist";
      this.#fail("G004", `unknown field "${name}"`, key.span, help);
      return;
    }
    const argument = readArgument(use.definition, use.argument);
    if (argument.kind === "problem") {
      this.#fail("G005", argument.title, key.span, argument.help);
      return;
    }
    const reading = readValue(value, use.definition, argument.value);
    if (reading.kind === "problem") {
      this.#fail("G006", reading.title, value.span, reading.help);
      return;
    }
    const field = use.definition.name;
    // The event is called otherwise than the call that makes it.
    if (NAMING.has(field) && newerCallOf(type ?? -1)) return;
    const parameter = this.#parameter(field, argument.value, type);
    if (parameter === undefined) this.#store(field, argument.value, reading.value);
    else if (this.#isPossible(parameter, { key, value }, type!)) {
      this.#store(field, parameter, reading.value);
    }
    if (field === "proc.name") this.#checkName(value);
  }

  /** The name of the parameter that a field shows; numbers become names. */
  #parameter(field: string, argument: FieldArgument, type: number | undefined) {
    if (type === undefined || (field !== "evt.arg" && field !== "evt.rawarg")) return undefined;
    if (typeof argument !== "number") return argument;
    return eventType(type)?.params[argument]?.name ?? String(argument);
  }

  /** Whether events of the type can carry such a parameter with such a value. */
  #isPossible(parameter: string, { key, value }: YamlEntry, code: number): boolean {
    const { name = "", params = [] } = eventType(code) ?? {};
    const definition = params.find((param) => param.name === parameter);
    if (!definition) {
      const names = params.map((param) => param.name);
      this.#fail(
        "G007",
        `events of type ${name} have no parameter "${parameter}"`,
        key.span,
        didYouMean(parameter, names) ??
          (names.length > 0 ? `they have ${names.join(", ")}` : "they have none"),
      );
      return false;
    }
    const { flags } = definition;
    if (flags === undefined || value.kind !== "scalar") return true;
    const unknown = unknownFlag(flags, value.value);
    if (unknown === undefined) return true;
    this.#fail(
      "G008",
      `"${unknown}" is no value of parameter "${parameter}"`,
      value.span,
      didYouMean(unknown, flagNames(flags)) ?? `values are ${flagNames(flags).join(", ")}`,
    );
    return false;
  }

  /** A rule's test must not pass with a name that no process can have. */
  #checkName(value: YamlNode): void {
    if (value.kind !== "scalar") return;
    const bytes = new TextEncoder().encode(value.value);
    if (bytes.length <= MAX_NAME_BYTES) return;
    const short = new TextDecoder().decode(bytes.subarray(0, MAX_NAME_BYTES));
    this.report.add({
      code: "G009",
      severity: "warning",
      title: `no process is called "${value.value}": names have at most ${MAX_NAME_BYTES} bytes`,
      at: value.span,
      help: `the kernel cuts it: "${short}"`,
    });
  }

  #store(field: string, argument: FieldArgument, value: FieldValue): void {
    const values = this.#values.get(field);
    if (values) values.set(argument, value);
    else this.#values.set(field, new Map([[argument, value]]));
  }

  #fail(code: string, title: string, at: Span, help: Finding["help"]): undefined {
    this.#failed = true;
    this.report.add({ code, title, at, help });
    return undefined;
  }
}

/** Sorted once: each of many events may have one that is unknown. */
const knownEvents = whenNeeded(eventNames);

const EXAMPLE = "for example {evt.type: openat, fd.name: /etc/shadow, proc.name: cat}";
