/**
 * container.…: the container the process is in.
 *
 * The id comes from the kernel and is always there; the rest is what the container engine said, and
 * absent until it did. The host is like a container called "host", whose other texts are empty and which
 * has no labels and no mounts, as in Falco since 0.41 (falcosecurity/plugins container_info.h).
 */
import type { Event } from "../event/mod.ts";
import { HOST_ID, type Process, type State } from "../state/mod.ts";
import { containerIdOf, containerOf, isOnHost, labelsText, toldField } from "./_container.ts";
import { defineField, type FieldDefinition } from "./field.ts";
import { startTimeNs } from "./proc.ts";
import { namespaceStart } from "./proc_exe.ts";

const NO_PROBES = "container engines no longer tell health probes";
const RETIRED = "remove it: Falco no longer fills it either";
const absent = () => undefined;

export const containerFields: readonly FieldDefinition[] = [
  defineField({
    name: "container.id",
    type: "CHARBUF",
    basis: "process",
    summary:
      "First 12 characters of the container's id, or all of it if another begins alike; else host",
    suggested: true,
    extract: containerIdOf,
  }),
  defineField({
    name: "container.full_id",
    type: "CHARBUF",
    basis: "process",
    summary: "Whole id of the container",
    extract: (event, state) => isOnHost(event, state) ? HOST_ID : containerOf(event, state)?.fullId,
  }),
  toldField({
    name: "container.name",
    summary: "Name of the container",
    suggested: true,
    onHost: HOST_ID,
    blank: true,
    read: ({ name }) => name,
  }),
  defineField({
    name: "container.type",
    type: "CHARBUF",
    basis: "process",
    summary: "Container engine: docker, podman, containerd, cri-o …",
    extract: (event, state) => isOnHost(event, state) ? HOST_ID : containerOf(event, state)?.engine,
  }),
  {
    ...toldField({
      name: "container.known",
      type: "BOOL",
      summary: "Whether the container engine has told of the container; true on the host",
      onHost: true,
      read: ({ known }) => known,
    }),
    origin: "falcod",
  },
  toldField({
    name: "container.privileged",
    type: "BOOL",
    summary: "Whether the container runs privileged",
    onHost: false,
    read: ({ privileged }) => privileged,
  }),
  toldField({
    name: "container.image",
    summary: "Image as it was asked for",
    blank: true,
    read: ({ image }) => image,
  }),
  toldField({
    name: "container.image.id",
    summary: "Id of the image",
    blank: true,
    read: ({ imageId }) => imageId,
  }),
  toldField({
    name: "container.image.repository",
    summary: "Image without tag and digest",
    suggested: true,
    blank: true,
    read: ({ imageRepository }) => imageRepository,
  }),
  toldField({
    name: "container.image.tag",
    summary: "Tag of the image",
    suggested: true,
    blank: true,
    read: ({ imageTag }) => imageTag,
  }),
  toldField({
    name: "container.image.digest",
    summary: "Digest of the image",
    blank: true,
    read: ({ imageDigest }) => imageDigest,
  }),
  defineField({
    name: "container.start_ts",
    type: "ABSTIME",
    summary:
      "When the container was started, in nanoseconds since the Unix epoch; on the host, the machine",
    format: "decimal",
    extract: startNs,
  }),
  defineField({
    name: "container.duration",
    type: "RELTIME",
    summary: "Nanoseconds since the container was started; on the host, the machine",
    format: "decimal",
    extract: (event, state) => {
      const start = startNs(event, state);
      return start === undefined ? undefined : Number(event.timeNs - start);
    },
  }),
  toldField({
    name: "container.label",
    summary: "Value of the container's label in the argument",
    argument: { required: true, kind: "key", dotted: true },
    read: ({ labels }, argument) => labels.get(String(argument)),
  }),
  toldField({
    name: "container.labels",
    summary: "Labels of the container, name:value separated by commas, without Kubernetes's own",
    onHost: "",
    read: ({ known, labels }) => known ? labelsText(labels) : undefined,
  }),
  toldField({
    name: "container.ip",
    summary: "Address of the container or its pod; IPv4 where it has one",
    blank: true,
    read: ({ ip }) => ip,
  }),
  toldField({
    name: "container.cni.json",
    summary: "What the network plugin answered for the pod, as JSON",
    blank: true,
    read: ({ cniJson }) => cniJson,
  }),
  toldField({
    name: "container.host_pid",
    type: "BOOL",
    summary: "Whether the container shares the host's pid namespace",
    onHost: false,
    read: ({ hostPid }) => hostPid,
  }),
  toldField({
    name: "container.host_network",
    type: "BOOL",
    summary: "Whether the container shares the host's network",
    onHost: false,
    read: ({ hostNetwork }) => hostNetwork,
  }),
  toldField({
    name: "container.host_ipc",
    type: "BOOL",
    summary: "Whether the container shares the host's IPC namespace",
    onHost: false,
    read: ({ hostIpc }) => hostIpc,
  }),
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

/**
 * When the first process of the container's pid namespace began, as upstream has it. Who came from
 * outside, as `docker exec` does, does not descend from it: then it is when the engine says.
 */
function startNs(event: Event, state: State): bigint | undefined {
  if (isOnHost(event, state)) return namespaceStart(event, state);
  const container = containerOf(event, state);
  const { process } = state;
  if (!container || !process) return undefined;
  const isFirst = ({ membership, containerId }: Process) =>
    membership.virtualPid === 1 && containerId === container.id;
  const first = isFirst(process) ? process : state.processes.ancestors(process).find(isFirst);
  return (first && startTimeNs(first, event)) ?? container.startNs;
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
