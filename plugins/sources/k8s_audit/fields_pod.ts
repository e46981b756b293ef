/** ka.req.pod.…: what a request says of a pod, and the older spellings of that. */
import type { FieldDefinition } from "../../../core/mod.ts";
import { indexed, keyed, list, text } from "./define.ts";
import {
  allAt,
  arrayOf,
  type Json,
  listOf,
  type Path,
  presentAt,
  textOf,
  valuesAt,
} from "./values.ts";

const specOf = (request: Json) => request.requestObject?.spec;
const securityOf = (request: Json) => specOf(request)?.securityContext;

/** Of each container what stands there, in the order of the containers. */
function ofEach(containers: string, path: Path) {
  const whole = ["requestObject", "spec", containers, ...path];
  return (request: Json, index: number | undefined) => presentAt(request, whole, index);
}

/** As `ofEach`, for what every container has: one that lacks it is no container. */
function ofAll(containers: string, path: Path) {
  const whole = ["requestObject", "spec", containers, ...path];
  return (request: Json, index: number | undefined) => allAt(request, whole, index);
}

/** Up to the first colon or at sign. As in Falco, that is also the one before a registry's port. */
function repositoryOf(image: Json): string {
  return /^[^:@]*/.exec(textOf(image)!)![0];
}

/** Words of each container with blanks between them. */
function words(containers: string, key: string) {
  const whole = ["requestObject", "spec", containers, key];
  return (request: Json, index: number | undefined): readonly string[] | undefined => {
    const lines: string[] = [];
    for (const line of valuesAt(request, whole, index) ?? []) {
      if (line === undefined) continue;
      const parts = arrayOf(line) as readonly unknown[] | undefined;
      if (!parts?.every((part) => typeof part === "string")) return undefined;
      lines.push(parts.join(" "));
    }
    return listOf(lines);
  };
}

/** Kubernetes takes the id of the container, else the pod's, else what the image says: mostly 0. */
function effective(containers: string, key: string) {
  const whole = ["requestObject", "spec", containers, ""];
  return (request: Json, index: number | undefined): readonly string[] | undefined => {
    const ofPod = textOf(securityOf(request)?.[key]) ?? "0";
    const each = valuesAt(request, whole, index);
    return listOf(
      each?.filter((container) => container !== undefined)
        .map((container) => textOf(container.securityContext?.[key]) ?? ofPod),
    );
  };
}

function hostPorts(key: string, noun: string): FieldDefinition {
  const whole = ["requestObject", "spec", key, "ports"];
  const what = `Ports of the ${noun} on the host; where none is said, those of the container`;
  return indexed(`req.pod.${key}.host_port`, what, (request, index) => {
    const found: Json[] = [];
    for (const ports of valuesAt(request, whole, index) ?? []) {
      if (ports === undefined) continue;
      const elements = arrayOf(ports);
      if (!elements) return undefined;
      for (const port of elements) {
        const number = port?.hostPort ?? port?.containerPort;
        if (number !== undefined) found.push(number);
      }
    }
    return listOf(found);
  });
}

/** Pods have three lists of containers, and the same is told of each. */
function containers(key: string, noun: string): FieldDefinition[] {
  const of = (name: string, what: string, find: Parameters<typeof indexed>[2]) =>
    indexed(`req.pod.${key}.${name}`, what, find);
  const images = ofAll(key, ["image"]);
  const security = (name: string) => ofEach(key, ["securityContext", name]);
  return [
    of("name", `Names of the ${noun} of a pod in the request`, ofAll(key, ["name"])),
    of("image", `Images of the ${noun} of a pod in the request`, images),
    of(
      "image.repository",
      `Images of the ${noun} of a pod in the request, without tag and digest`,
      (request, index) => images(request, index)?.map(repositoryOf),
    ),
    of(
      "command",
      `Commands of the ${noun}, each with blanks between its words`,
      words(key, "command"),
    ),
    of(
      "args",
      `Arguments of the ${noun}, those of each with blanks between them`,
      words(key, "args"),
    ),
    of("privileged", `Whether the ${noun} are privileged`, security("privileged")),
    of(
      "allow_privilege_escalation",
      `allowPrivilegeEscalation of the ${noun}`,
      security("allowPrivilegeEscalation"),
    ),
    of(
      "read_only_fs",
      `Whether the ${noun} can only read their root filesystem`,
      security("readOnlyRootFilesystem"),
    ),
    of("run_as_user", `runAsUser of the ${noun} themselves`, security("runAsUser")),
    of(
      "eff_run_as_user",
      `Uid the ${noun} start with: their own runAsUser, else the pod's, else 0`,
      effective(key, "runAsUser"),
    ),
    of("run_as_group", `runAsGroup of the ${noun} themselves`, security("runAsGroup")),
    of(
      "eff_run_as_group",
      `Gid the ${noun} start with: their own runAsGroup, else the pod's, else 0`,
      effective(key, "runAsGroup"),
    ),
    of("proc_mount", `procMount of the ${noun}: Default or Unmasked`, security("procMount")),
    of(
      "add_capabilities",
      `Capabilities the ${noun} get beside the usual ones: the list of each, as JSON`,
      ofEach(key, ["securityContext", "capabilities", "add"]),
    ),
  ];
}

const VOLUMES = ["requestObject", "spec", "volumes"];
const HOST_PATHS = [...VOLUMES, "hostPath", "path"];

/** The keys of a volume but its name; there is only one when the API server accepts it. */
function volumeTypes(request: Json, index: number | undefined): readonly string[] | undefined {
  const types = valuesAt(request, [...VOLUMES, ""], index)?.flatMap((volume) =>
    volume !== undefined && typeof volume === "object" && volume !== null && !Array.isArray(volume)
      ? Object.keys(volume).filter((key) => key !== "name")
      : []
  );
  return listOf(types);
}

/** `[/etc]` is that path, `[/etc/*]` what begins so. */
function mountsHostPath(request: Json, pattern: string): string | undefined {
  const paths = valuesAt(request, HOST_PATHS, undefined);
  if (paths === undefined) return undefined;
  const prefix = pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
  return String(paths.some((path) => {
    const name = textOf(path);
    return name !== undefined &&
      (name === pattern || prefix !== undefined && name.startsWith(prefix));
  }));
}

const firstImage = ofAll("containers", ["image"]);

function isAnyPrivileged(request: Json): string | undefined {
  const path = ["requestObject", "spec", "containers", "securityContext", "privileged"];
  const values = valuesAt(request, path, undefined) as readonly unknown[] | undefined;
  return values && String(values.includes(true));
}

export const podFields: readonly FieldDefinition[] = [
  text(
    "req.pod.host_ipc",
    "Whether a pod in the request shares the host's IPC namespace",
    (request) => specOf(request)?.hostIPC,
  ),
  text(
    "req.pod.host_network",
    "Whether a pod in the request shares the host's network",
    (request) => specOf(request)?.hostNetwork,
  ),
  text(
    "req.pod.host_pid",
    "Whether a pod in the request sees the host's processes",
    (request) => specOf(request)?.hostPID,
  ),
  text(
    "req.pod.run_as_user",
    "runAsUser of a pod in the request, for all its containers",
    (request) => securityOf(request)?.runAsUser,
  ),
  text(
    "req.pod.run_as_group",
    "runAsGroup of a pod in the request, for all its containers",
    (request) => securityOf(request)?.runAsGroup,
  ),
  text(
    "req.pod.fs_group",
    "fsGroup of a pod in the request: the gid that owns its volumes",
    (request) => securityOf(request)?.fsGroup,
  ),
  list(
    "req.pod.supplemental_groups",
    "Further gids of the processes of a pod in the request",
    (request) => securityOf(request)?.supplementalGroups,
  ),
  indexed(
    "req.pod.volumes.hostpath",
    "Paths of the host that a pod in the request mounts",
    (request, index) => presentAt(request, HOST_PATHS, index),
  ),
  indexed(
    "req.pod.volumes.flexvolume_driver",
    "FlexVolume drivers a pod in the request uses",
    (request, index) => presentAt(request, [...VOLUMES, "flexVolume", "driver"], index),
  ),
  indexed(
    "req.pod.volumes.volume_type",
    "Types of the volumes of a pod in the request",
    volumeTypes,
  ),
  ...containers("containers", "containers"),
  hostPorts("containers", "containers"),
  ...containers("initContainers", "init containers"),
  hostPorts("initContainers", "init containers"),
  ...containers("ephemeralContainers", "ephemeral containers"),

  text(
    "req.container.image",
    "Image of the first container of a pod in the request",
    (request) => firstImage(request, 0)?.[0],
    { deprecated: "write ka.req.pod.containers.image" },
  ),
  text(
    "req.container.image.repository",
    "The same without tag and digest",
    (request) => firstImage(request, 0)?.map(repositoryOf)[0],
    { deprecated: "write ka.req.pod.containers.image.repository" },
  ),
  text(
    "req.container.host_network",
    "The same as ka.req.pod.host_network",
    (request) => specOf(request)?.hostNetwork,
    { deprecated: "write ka.req.pod.host_network" },
  ),
  text(
    "req.container.privileged",
    "Whether any container of a pod in the request is privileged",
    isAnyPrivileged,
    { deprecated: "write ka.req.pod.containers.privileged" },
  ),
  keyed(
    "req.volume.hostpath",
    "Whether a pod in the request mounts this path of the host",
    mountsHostPath,
    { deprecated: "write ka.req.pod.volumes.hostpath" },
  ),
];
