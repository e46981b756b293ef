/**
 * container.…: the container the process is in.
 *
 * The id comes from the kernel and is always there; the rest is what the container engine said, and
 * absent until it did. On the host, id, name and type are "host".
 */
import { type Container, HOST_ID, type State } from "../state/mod.ts";
import { defineField, type FieldDefinition, type FieldScalar } from "./field.ts";

const NOT_ASKED = "container engines are not asked for it yet";
const NO_PROBES = "container engines no longer tell health probes";
const RETIRED = "remove it: Falco no longer fills it either";
const absent = () => undefined;

export const containerFields: readonly FieldDefinition[] = [
  defineField({
    name: "container.id",
    type: "CHARBUF",
    basis: "process",
    summary: "First 12 characters of the container's id; host outside of containers",
    suggested: true,
    extract: (_event, state) => state.process?.containerId,
  }),
  defineField({
    name: "container.full_id",
    type: "CHARBUF",
    basis: "process",
    summary: "Whole id of the container",
    extract: (_event, state) => isOnHost(state) ? HOST_ID : containerOf(state)?.fullId,
  }),
  defineField({
    name: "container.name",
    type: "CHARBUF",
    basis: "process",
    summary: "Name of the container",
    suggested: true,
    extract: (_event, state) => isOnHost(state) ? HOST_ID : containerOf(state)?.name,
  }),
  defineField({
    name: "container.type",
    type: "CHARBUF",
    basis: "process",
    summary: "Container engine: docker, podman, containerd, cri-o …",
    extract: (_event, state) => isOnHost(state) ? HOST_ID : containerOf(state)?.engine,
  }),
  defineField({
    name: "container.privileged",
    type: "BOOL",
    basis: "process",
    summary: "Whether the container runs privileged",
    extract: (_event, state) => isOnHost(state) ? false : containerOf(state)?.privileged,
  }),
  imageField("container.image", "Image as it was asked for", ({ image }) => image),
  imageField("container.image.id", "Id of the image", ({ imageId }) => imageId),
  {
    ...imageField(
      "container.image.repository",
      "Image without tag and digest",
      ({ imageRepository }) => imageRepository,
    ),
    suggested: true,
  },
  {
    ...imageField("container.image.tag", "Tag of the image", ({ imageTag }) => imageTag),
    suggested: true,
  },
  imageField("container.image.digest", "Digest of the image", ({ imageDigest }) => imageDigest),
  defineField({
    name: "container.start_ts",
    type: "ABSTIME",
    basis: "process",
    summary: "When the container was started, in nanoseconds since the Unix epoch",
    format: "decimal",
    extract: (_event, state) => containerOf(state)?.startNs,
  }),
  defineField({
    name: "container.duration",
    type: "RELTIME",
    summary: "Nanoseconds since the container was started",
    format: "decimal",
    extract: (event, state) => {
      const startNs = containerOf(state)?.startNs;
      return startNs === undefined ? undefined : Number(event.timeNs - startNs);
    },
  }),
  defineField({
    name: "container.label",
    type: "CHARBUF",
    basis: "process",
    summary: "Value of the container's label in the argument",
    argument: { required: true, kind: "key", dotted: true },
    extract: (_event, state, argument) => containerOf(state)?.labels.get(String(argument)),
  }),
  defineField({
    name: "container.labels",
    type: "CHARBUF",
    basis: "process",
    summary: "Labels of the container, name:value separated by commas, without Kubernetes's own",
    extract: (_event, state) => {
      const container = containerOf(state);
      return container?.known ? labelsText(container.labels) : undefined;
    },
  }),
  notAsked("container.mounts", "All mounts of the container"),
  mountField("container.mount", "One mount of the container, by number or source"),
  mountField("container.mount.source", "Source of one mount, by number or destination"),
  mountField("container.mount.dest", "Destination of one mount, by number or source"),
  mountField("container.mount.mode", "Options of one mount, by number or source"),
  mountField("container.mount.rdwr", "Whether one mount is writable, by number or source"),
  mountField("container.mount.propagation", "Propagation of one mount, by number or source"),
  notAsked("container.ip", "IPv4 address of the container"),
  notAsked("container.cni.json", "What the network plugin answered, as JSON"),
  notAsked("container.host_pid", "Whether the container shares the host's pid namespace", "BOOL"),
  notAsked("container.host_network", "Whether the container shares the host's network", "BOOL"),
  notAsked("container.host_ipc", "Whether the container shares the host's IPC namespace", "BOOL"),
  probeField("container.healthcheck", "Health check of the container"),
  probeField("container.liveness_probe", "Liveness probe of the container"),
  probeField("container.readiness_probe", "Readiness probe of the container"),
  probeField("proc.is_container_healthcheck", "Whether the process is a health check", "BOOL"),
  probeField("proc.is_container_liveness_probe", "Whether the process is a liveness probe", "BOOL"),
  probeField(
    "proc.is_container_readiness_probe",
    "Whether the process is a readiness probe",
    "BOOL",
  ),
];

/** What is known of the process's container; absent on the host. */
export function containerOf(state: State): Container | undefined {
  const id = state.process?.containerId;
  return id === undefined || id === HOST_ID ? undefined : state.containers.get(id);
}

function isOnHost(state: State): boolean {
  return state.process?.containerId === HOST_ID;
}

function imageField(
  name: string,
  summary: string,
  read: (container: Container) => FieldScalar | undefined,
): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    basis: "process",
    summary,
    extract: (_event, state) => {
      const container = containerOf(state);
      return container && read(container);
    },
  });
}

function notAsked(
  name: string,
  summary: string,
  type: "CHARBUF" | "BOOL" = "CHARBUF",
): FieldDefinition {
  return defineField({ name, type, summary, unavailable: NOT_ASKED, extract: absent });
}

function mountField(name: string, summary: string): FieldDefinition {
  return { ...notAsked(name, summary), argument: { required: true, kind: "either" } };
}

function probeField(
  name: string,
  summary: string,
  type: "CHARBUF" | "BOOL" = "CHARBUF",
): FieldDefinition {
  return defineField({
    name,
    type,
    summary,
    deprecated: RETIRED,
    unavailable: NO_PROBES,
    extract: absent,
  });
}

const labelTexts = new WeakMap<ReadonlyMap<string, string>, string>();

/** Sorted by name, as upstream's. */
function labelsText(labels: ReadonlyMap<string, string>): string {
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
