/** How fields look at the container of the process. */
import type { Event } from "../event/mod.ts";
import { type Container, HOST_ID, type State } from "../state/mod.ts";
import {
  defineField,
  type FieldArgument,
  type FieldDefinition,
  type FieldScalar,
} from "./field.ts";

/** Length of the ids that people see. */
export const SHORT_ID_LENGTH = 12;

interface ToldField extends Pick<FieldDefinition, "name" | "summary"> {
  /** CHARBUF where nothing is said. */
  readonly type?: FieldDefinition["type"];
  readonly suggested?: true;
  readonly argument?: NonNullable<FieldDefinition["argument"]>;
  /** Where nothing is said: an empty text of what may be `blank`, else absent. */
  readonly onHost?: FieldScalar;
  /** What an engine has no word for is an empty text, as upstream's; absent where none has answered. */
  readonly blank?: true;
  readonly read: (container: Container, argument: FieldArgument) => FieldScalar | undefined;
}

/** A field that the container engine has to tell. */
export function toldField(
  { blank, onHost = blank && "", read, type = "CHARBUF", ...rest }: ToldField,
): FieldDefinition {
  return defineField({
    ...rest,
    type,
    basis: "process",
    fromEngine: true,
    extract: (event, state, argument) => {
      if (isOnHost(event, state)) return onHost;
      const container = containerOf(event, state);
      const value = container && read(container, argument);
      return blank && container?.known ? value ?? "" : value;
    },
  });
}

/** Of the container that the event is about, or else of the one its process is in. */
export function containerIdOf({ aboutContainer }: Event, { process }: State): string | undefined {
  return aboutContainer ?? process?.containerId;
}

/** What is known of that container; absent on the host. */
export function containerOf(event: Event, state: State): Container | undefined {
  const id = containerIdOf(event, state);
  return id === undefined || id === HOST_ID ? undefined : state.containers.get(id);
}

export function isOnHost(event: Event, state: State): boolean {
  return containerIdOf(event, state) === HOST_ID;
}

const labelTexts = new WeakMap<ReadonlyMap<string, string>, string>();

/** `name:value` in the order of names, as upstream's, without what Kubernetes adds for itself. */
export function labelsText(labels: ReadonlyMap<string, string>): string {
  const known = labelTexts.get(labels);
  if (known !== undefined) return known;
  const text = [...labels]
    .filter(([name]) => !name.startsWith("annotation.") && !name.startsWith("io.kubernetes."))
    .sort(([left], [right]) => left < right ? -1 : 1)
    .map(([name, value]) => value === "" ? name : `${name}:${value}`)
    .join(", ");
  labelTexts.set(labels, text);
  return text;
}
