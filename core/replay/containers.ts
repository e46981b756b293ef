/** Containers, as captures tell of them: JSON that Falco's libs or its container plugin wrote. */
import {
  boundedLabels,
  boundedMounts,
  type Container,
  type ContainerEngineName,
  type ContainerMount,
  NOTHING_TOLD,
  parseImageName,
  unknownContainer,
} from "../state/mod.ts";

/** By upstream's numbers; libs userspace/libsinsp/container_info.h. */
const ENGINES: readonly (ContainerEngineName | undefined)[] = [
  "docker",
  "lxc",
  "libvirt-lxc",
  ,
  ,
  ,
  "cri",
  "containerd",
  "cri-o",
  "bpm",
  ,
  "podman",
];
/** More than any container has to say. */
const MAX_TEXT = 1 << 20;
/** UTF-16 units of one member, and of what a network plugin says: thousands of containers are kept. */
const MAX_MEMBER = 4096, MAX_CNI = 32_768;
/** What of it fits into an event: the rest is for parameters beside it. */
const MAX_WRITTEN_BYTES = 60_000;
const NO_IMAGE = { repository: undefined, tag: undefined, digest: undefined };
/** Stands where nobody had answered yet. */
const INCOMPLETE = "incomplete";

/** Absent when the text tells of none. */
export function containerOfJson(text: string): Container | undefined {
  if (text.length > MAX_TEXT) return undefined;
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return undefined;
  }
  const facts = member(told, "container");
  const id = textOf(facts, "id");
  if (id === undefined) return undefined;
  const type = member(facts, "type");
  const engine = (typeof type === "number" ? ENGINES[type] : undefined) ?? "docker";
  const reference = { id, fullId: textOf(facts, "full_id") ?? id, engine };
  const image = textOf(facts, "image");
  const known = truthOf(facts, "known");
  if (image === undefined && known === undefined) return unknownContainer(reference);
  const { repository, tag, digest } = image === undefined ? NO_IMAGE : parseImageName(image);
  return {
    ...unknownContainer(reference),
    known: known ?? true,
    name: textOf(facts, "name"),
    image,
    imageId: textOf(facts, "imageid"),
    imageRepository: textOf(facts, "imagerepo") ?? repository,
    imageTag: textOf(facts, "imagetag") ?? tag,
    imageDigest: textOf(facts, "imagedigest") ?? digest,
    privileged: truthOf(facts, "privileged"),
    labels: textsOf(member(facts, "labels")),
    startNs: startOf(facts),
    mounts: mountsOf(member(facts, "Mounts")),
    ip: textOf(facts, "ip"),
    hostPid: truthOf(facts, "host_pid"),
    hostNetwork: truthOf(facts, "host_network"),
    hostIpc: truthOf(facts, "host_ipc"),
    podSandboxId: textOf(facts, "pod_sandbox_id"),
    podLabels: textsOf(member(facts, "pod_sandbox_labels")),
    cniJson: textOf(facts, "cni_json", MAX_CNI),
  };
}

/**
 * What `containerOfJson` reads, in the members that Falco's container plugin writes, and two of ours:
 * `start_ns`, and `known`, whether the engine itself has answered. What is too long for an event is
 * left out, the least telling first.
 */
export function containerJson(container: Container): string {
  const all = membersOf(container);
  const bytes = new TextEncoder();
  let text = "";
  for (const left of [[], ["cni_json"], ["Mounts"], ["labels", "pod_sandbox_labels"]]) {
    for (const name of left) delete all[name];
    text = JSON.stringify({ container: all });
    if (bytes.encode(text).length <= MAX_WRITTEN_BYTES) break;
  }
  return text;
}

function membersOf(container: Container): Record<string, unknown> {
  const { id, fullId, engine, known, name, image, imageId, privileged, labels, ip } = container;
  const { imageRepository, imageTag, imageDigest, startNs, mounts, podLabels } = container;
  return {
    id,
    full_id: fullId,
    type: Math.max(0, ENGINES.indexOf(engine)),
    known,
    name,
    image,
    imageid: imageId,
    imagerepo: imageRepository,
    imagetag: imageTag,
    imagedigest: imageDigest,
    privileged,
    labels: Object.fromEntries(labels),
    start_ns: startNs?.toString(),
    // Of mounts that nobody has told of none are none.
    Mounts: mounts === NOTHING_TOLD.mounts
      ? undefined
      : mounts.map(({ source, destination, mode, writable, propagation }) => ({
        Source: source,
        Destination: destination,
        Mode: mode,
        RW: writable,
        Propagation: propagation,
      })),
    ip,
    host_pid: container.hostPid,
    host_network: container.hostNetwork,
    host_ipc: container.hostIpc,
    pod_sandbox_id: container.podSandboxId,
    pod_sandbox_labels: Object.fromEntries(podLabels),
    cni_json: container.cniJson,
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function textOf(value: unknown, name: string, longest = MAX_MEMBER): string | undefined {
  const text = member(value, name);
  const isText = typeof text === "string" && text !== "" && text !== INCOMPLETE;
  return isText && text.length <= longest ? text : undefined;
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  return boundedLabels(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function truthOf(value: unknown, name: string): boolean | undefined {
  const truth = member(value, name);
  return typeof truth === "boolean" ? truth : undefined;
}

function startOf(facts: unknown): bigint | undefined {
  const digits = textOf(facts, "start_ns");
  return digits !== undefined && /^\d{1,19}$/.test(digits) ? BigInt(digits) : undefined;
}

function mountsOf(value: unknown): readonly ContainerMount[] {
  if (!Array.isArray(value)) return NOTHING_TOLD.mounts;
  return boundedMounts(value.map((mount: unknown) => ({
    source: textOf(mount, "Source") ?? "",
    destination: textOf(mount, "Destination") ?? "",
    mode: textOf(mount, "Mode") ?? "",
    writable: truthOf(mount, "RW") ?? false,
    propagation: textOf(mount, "Propagation") ?? "",
  })));
}
