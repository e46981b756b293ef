/**
 * What the runtime specification of a container (`config.json` in its `userdata`) says of it, written by
 * podman or CRI-O before the container's first process runs.
 *
 * Facts: containers/podman libpod/container_inspect.go, pkg/specgen/generate/oci_linux.go and
 * libpod/container_internal_common.go; cri-o/cri-o internal/factory/container/container.go.
 */
import {
  boundedLabels,
  boundedMounts,
  type ContainerDetails,
  type ContainerMount,
  decodeUtf8,
} from "../../../core/mod.ts";
import { criLabels, criVolumes, type RuntimeSpec, runtimeSpec } from "./schema.ts";

/** Who wrote it; "users": podman of a user who is not root. */
export type SpecAuthor = "podman" | "users" | "cri-o";

type Mount = NonNullable<NonNullable<RuntimeSpec["mounts"]>[number]>;

/** Absent where it is none. */
export function parseSpec(bytes: Uint8Array | undefined): RuntimeSpec | undefined {
  try {
    return bytes && runtimeSpec.safeParse(JSON.parse(decodeUtf8(bytes))).data;
  } catch {
    return undefined;
  }
}

export function detailsOfSpec(
  { linux, mounts = [], annotations }: RuntimeSpec,
  author: SpecAuthor,
): Partial<ContainerDetails> {
  const kinds = linux && new Set(linux.namespaces.map(({ type }) => type));
  const shared = kinds && {
    hostPid: !kinds.has("pid"),
    hostNetwork: !kinds.has("network"),
    hostIpc: !kinds.has("ipc"),
  };
  if (author === "cri-o") {
    // Only where CRI-O has an address to write it is not the pod's author who did.
    const ip = shared?.hostNetwork === false ? annotations["io.kubernetes.cri-o.IP.0"] : undefined;
    return { ...shared, mounts: boundedMounts(volumesIn(annotations)), ip };
  }
  return {
    ...shared,
    // podman 4.3 also writes FALSE, later ones write nothing then.
    privileged: annotations["io.podman.annotations.privileged"] === "TRUE",
    mounts: boundedMounts(
      mounts.filter((mount) => mount !== undefined && isAskedFor(mount, author === "users"))
        .map((mount) => mountOf(mount!)),
    ),
  };
}

/** Of a pod, from the specification of its sandbox. */
export function podLabelsOf(
  { annotations }: RuntimeSpec,
  labelMaxLength: number,
): ReadonlyMap<string, string> {
  const labels = jsonIn(annotations["io.kubernetes.cri-o.Labels"]);
  return boundedLabels(Object.entries(criLabels.safeParse(labels).data ?? {}), labelMaxLength);
}

/** Files that podman makes for each container. */
const OWN_FILE = /\/[a-z]+-containers\/[0-9a-f]{64}\/userdata\//;
const PLACE_OF_OWN_FILE =
  /^\/etc\/(hosts|hostname|resolv\.conf|passwd|group|localtime)$|^\/dev\/shm$|^(\/var)?\/run\/(\.containerenv|secrets|notify)(\/|$)/;
/** The program that `--init` puts first. */
const INIT = new Set(["/run/podman-init", "/dev/init"]);
/** Bound where namespaces are shared with the host. */
const OF_NAMESPACES = new Set(["/dev/shm", "/dev/mqueue", "/sys/fs/cgroup"]);
/** A user's podman cannot mount new ones. */
const OF_USERS_NAMESPACES = new Set(["/proc", "/sys"]);

/** As podman itself tells them apart: what is a bind mount, and not there in every container. */
function isAskedFor({ type, source, destination, options }: Mount, isUsers: boolean): boolean {
  if (type !== "bind" || INIT.has(destination)) return false;
  if (OWN_FILE.test(source) && PLACE_OF_OWN_FILE.test(destination)) return false;
  if (source !== destination || !options.includes("noexec")) return true;
  if (OF_NAMESPACES.has(source)) return false;
  // With --privileged, all devices, one by one.
  const isDevice = source.startsWith("/dev/") && options.includes("slave");
  return !(isUsers && (OF_USERS_NAMESPACES.has(source) || isDevice));
}

const PROPAGATION = /^(r?(shared|slave|private)|r?unbindable)$/;

function mountOf({ source, destination, options }: Mount): ContainerMount {
  return {
    source,
    destination,
    mode: options.findLast((option) => option === "z" || option === "Z") ?? "",
    writable: !options.includes("ro"),
    propagation: options.findLast((option) => PROPAGATION.test(option)) ?? "",
  };
}

/** By `MountPropagation` of Kubernetes's Container Runtime Interface. */
const PROPAGATIONS = ["private", "rslave", "rshared"];

function volumesIn(annotations: RuntimeSpec["annotations"]): ContainerMount[] {
  const volumes = criVolumes.safeParse(jsonIn(annotations["io.kubernetes.cri-o.Volumes"])).data;
  return (volumes ?? []).filter((volume) => volume !== undefined).map((volume) => ({
    source: volume.host_path,
    destination: volume.container_path,
    mode: "",
    writable: !volume.readonly,
    propagation: PROPAGATIONS[volume.propagation] ?? "unknown",
  }));
}

function jsonIn(text: string | undefined): unknown {
  try {
    return text && JSON.parse(text);
  } catch {
    return undefined;
  }
}
