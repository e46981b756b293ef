/** Which container a cgroup belongs to. */
import { HOST_ID } from "./process.ts";

/** Spelled as `container.type` prints it. "cri": a pod's container, of containerd or cri-o, unsaid which. */
export type ContainerEngineName =
  | "docker"
  | "podman"
  | "containerd"
  | "cri-o"
  | "cri"
  | "lxc"
  | "libvirt-lxc"
  | "bpm"
  /** Nobody runs it: the configuration says that everything is in it. */
  | "static";

export interface ContainerReference {
  /** What rules call `container.id`: the first 12 characters; for lxc, libvirt and bpm the name. */
  readonly id: string;
  readonly fullId: string;
  readonly engine: ContainerEngineName;
  /** Whose it is that a user runs without being root. */
  readonly userId?: number;
}

const SHORT_ID = 12;
const MAX_PATH = 4096;

const HEX_ID = /^[0-9a-fA-F]{64}$/;

/** One segment of the path that names a container by itself: prefix, 64 hexadecimal digits, suffix. */
const SCOPES: readonly (readonly [prefix: string, engine: ContainerEngineName])[] = [
  ["docker-", "docker"],
  ["libpod-payload-", "podman"],
  ["libpod-", "podman"],
  ["cri-containerd-", "containerd"],
  ["nerdctl-", "containerd"],
  ["crio-", "cri-o"],
];

/** runc's `slice:prefix:name` taken as a path by a container runtime that is not told to use systemd. */
const COLON_FORM = /:(cri-containerd|crio|docker|libpod):([0-9a-fA-F]{64})$/;
const COLON_ENGINES: Readonly<Record<string, ContainerEngineName>> = {
  "cri-containerd": "containerd",
  crio: "cri-o",
  docker: "docker",
  libpod: "podman",
};

/** containerd's namespaces and container ids, containerd pkg/identifiers. */
const IDENTIFIER = /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/;
const SYSTEMD_UNIT = /\.(?:slice|scope|service|mount|socket|swap)$/;
const SYSTEMD_LXC = /^machine-lxc\\x2d(.+)\.scope$/;
const BPM = /^(?:runc-)?bpm-([A-Za-z0-9._-]+?)(?:\.scope)?$/;

/** Where systemd has what users run; seen from a cgroup namespace it has steps upwards in front. */
const OF_USER = /^(?:\/\.\.)*\/user\.slice\/user-([1-9]\d{0,9})\.slice\//;

/** First segments that belong to somebody else than containerd. */
const NO_NAMESPACE: ReadonlySet<string> = new Set([
  "docker",
  "kubepods",
  "kubelet",
  "libpod_parent",
  "lxc",
  "libvirt",
  "machine",
  "user",
  "system",
  "init",
  "openrc",
  "elogind",
  "slurm",
]);

/**
 * The innermost container named in a cgroup's path (from the root of its hierarchy, v1 or v2); absent
 * on the host. Cgroups that a container makes below its own still belong to it. What merely looks
 * after containers (conmon, lxc.monitor, pods' own cgroups) is the host.
 *
 * Engines run in containers, too: kind's nodes, Docker in Docker or in LXC, Podman in either, and what they run
 * has the path of any other container, below that of the one around it. So the innermost counts, as in Falco,
 * which looks for the last id. Whoever may make cgroups below his container's can call one like another
 * container; to remember which container was within which does not help: containers keep their ids when
 * the one around them is made anew.
 *
 * @param own cgroups of falcod itself: the pattern `/namespace/id` of containerd is so weak that
 * falcod's own cgroup, and what is below, does not count for it
 */
export function containerOf(
  cgroup: string,
  own: readonly string[] = [],
): ContainerReference | undefined {
  if (!cgroup.startsWith("/")) return undefined;
  // Of one that is longer the beginning tells: who may make cgroups below a container's is still in it.
  const segments = cgroup.slice(0, MAX_PATH).split("/");
  for (let i = segments.length - 1; i > 0; i--) {
    const found = fromSegment(segments[i]!, segments[i - 1]!, segments);
    if (found) return withUser(found, cgroup);
  }
  return fromNamespace(cgroup, segments, own);
}

function withUser(found: ContainerReference, cgroup: string): ContainerReference {
  const userId = OF_USER.exec(cgroup)?.[1];
  return userId === undefined ? found : { ...found, userId: Number(userId) };
}

function fromSegment(
  segment: string,
  parent: string,
  path: readonly string[],
): ContainerReference | undefined {
  if (segment.length >= 64) {
    const id = fromHexId(segment, parent, path);
    if (id) return id;
  }
  return fromLxc(segment, parent, path) ?? fromBpm(segment);
}

function fromHexId(
  segment: string,
  parent: string,
  path: readonly string[],
): ContainerReference | undefined {
  if (HEX_ID.test(segment)) {
    // podman's pods have a cgroup of their own above their containers'.
    return parent === "libpod_parent" ? undefined : reference(segment, bareEngine(path));
  }
  for (const [prefix, engine] of SCOPES) {
    if (!segment.startsWith(prefix)) continue;
    const id = segment.slice(prefix.length, prefix.length + 64);
    const rest = segment.slice(prefix.length + 64);
    if (HEX_ID.test(id) && (rest === "" || rest === ".scope")) return reference(id, engine);
  }
  const colon = COLON_FORM.exec(segment);
  return colon ? reference(colon[2]!, COLON_ENGINES[colon[1]!]!) : undefined;
}

/** Who names a cgroup with nothing but the id depends on where it stands. */
function bareEngine(path: readonly string[]): ContainerEngineName {
  if (path.some((segment) => segment.startsWith("kubepods") || segment.startsWith("kubelet"))) {
    return "cri";
  }
  return path[1] === "default" || path[1] === "k8s.io" ? "containerd" : "docker";
}

function fromLxc(
  segment: string,
  parent: string,
  path: readonly string[],
): ContainerReference | undefined {
  if (segment === "") return undefined;
  if (parent === "lxc" && path.includes("libvirt")) return named(segment, "libvirt-lxc");
  if (parent === "lxc" || parent === "lxc.payload") return named(segment, "lxc");
  if (segment.startsWith("lxc.payload.")) return named(segment.slice("lxc.payload.".length), "lxc");
  if (segment.endsWith(".libvirt-lxc")) {
    return named(segment.slice(0, -".libvirt-lxc".length), "libvirt-lxc");
  }
  const scope = SYSTEMD_LXC.exec(segment);
  return scope ? named(scope[1]!, "libvirt-lxc") : undefined;
}

/** Cloud Foundry's process manager. */
function fromBpm(segment: string): ContainerReference | undefined {
  const match = BPM.exec(segment);
  return match && !SYSTEMD_UNIT.test(match[1]!) ? named(match[1]!, "bpm") : undefined;
}

/** containerd's own default is `/namespace/id` with names anybody may choose. */
function fromNamespace(
  cgroup: string,
  [root, namespace = "", id = "", build = ""]: readonly string[],
  own: readonly string[],
): ContainerReference | undefined {
  if (root !== "" || isWithin(cgroup, own)) return undefined;
  // Steps of an image build run in containers that no engine lists.
  if (namespace === "docker" && id === "buildkit") return identified(build);
  // Talos has containerd beside what it runs: etcd and the kubelet are containers.
  if (namespace === "podruntime" && id === "runtime") return undefined;
  if (NO_NAMESPACE.has(namespace) || namespace.startsWith("lxc.")) return undefined;
  if (!isIdentifier(namespace)) return undefined;
  return identified(id);
}

function identified(id: string): ContainerReference | undefined {
  return id !== HOST_ID && isIdentifier(id) ? reference(id, "containerd") : undefined;
}

function isIdentifier(text: string): boolean {
  return text.length <= 76 && IDENTIFIER.test(text) && !SYSTEMD_UNIT.test(text);
}

function isWithin(cgroup: string, own: readonly string[]): boolean {
  return own.some((path) => path !== "/" && (cgroup === path || cgroup.startsWith(`${path}/`)));
}

function reference(fullId: string, engine: ContainerEngineName): ContainerReference {
  return { id: fullId.slice(0, SHORT_ID), fullId, engine };
}

/** Who is in a container may make cgroups that are called so, and would seem to be outside. */
function named(name: string, engine: ContainerEngineName): ContainerReference | undefined {
  return name === "" || name === HOST_ID ? undefined : { id: name, fullId: name, engine };
}

/** The paths in a `/proc/<pid>/cgroup`, each once. */
export function cgroupPaths(text: string): readonly string[] {
  const paths = new Set<string>();
  for (const line of text.slice(0, 16 * MAX_PATH).split("\n")) {
    const path = /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1];
    if (path !== undefined) paths.add(path);
  }
  return [...paths];
}
