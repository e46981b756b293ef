/**
 * containerd's own API: containers that Kubernetes did not start (ctr, nerdctl), in all its namespaces.
 *
 * Numbers of fields: containerd api/services/{namespaces,containers,images,events}/v1.
 */
import {
  boundedLabels,
  boundedMounts,
  type ContainerInfo,
  EngineError,
  NOTHING_TOLD,
  parseImageName,
  WireError,
  WireMessage,
} from "../../../core/mod.ts";
import type { Connection } from "./connection.ts";
import type { InspectOptions } from "./cri.ts";
import { type RuntimeSpec, runtimeSpecJson } from "./schema.ts";

const NAMESPACES = "/containerd.services.namespaces.v1.Namespaces/List";
const CONTAINERS = "/containerd.services.containers.v1.Containers/Get";
const IMAGES = "/containerd.services.images.v1.Images/Get";
const EVENTS = "/containerd.services.events.v1.Events/Subscribe";
const MAX_NAMESPACES = 64;
/** Docker's containers are there, too, without names and images: Docker itself knows better. */
const DOCKERS_NAMESPACE = "moby";
/** Here CRI knows better, and a little later: it must not be anticipated where it is asked. */
const KUBERNETES_NAMESPACE = "k8s.io";
const SHORT_ID = 12;
/** containerd itself has only ids. The second is of pods, where CRI is not asked (falco 3631). */
const NAME_LABELS = ["nerdctl/name", "io.kubernetes.container.name"];
const MAX_TEXT = 4096;

/** Absent where no namespace has the container; throws `EngineError`. */
export async function inspectContainerd(
  connection: Connection,
  fullId: string,
  { signal, labelMaxLength, isCriAsked }: InspectOptions & { readonly isCriAsked: boolean },
): Promise<ContainerInfo | undefined> {
  const list = await connection.ask({ method: NAMESPACES, request: {}, signal });
  const names = list.messages(1).map((namespace) => namespace.text(1));
  for (const name of names.slice(0, MAX_NAMESPACES)) {
    if (name === DOCKERS_NAMESPACE || isCriAsked && name === KUBERNETES_NAMESPACE) continue;
    const get = (method: string, request: string) =>
      unlessMissing(
        connection.ask({
          method,
          request: { 1: request },
          signal,
          headers: { "containerd-namespace": name },
        }),
      );
    const container = (await get(CONTAINERS, fullId))?.message(1);
    if (!container) continue;
    if (container.text(1) !== fullId) {
      const { socket } = connection;
      throw new EngineError("bad-answer", `${socket} describes another container than ${fullId}`);
    }
    const image = container.text(3) && (await get(IMAGES, container.text(3)))?.message(1);
    return infoOf(container, image || undefined, labelMaxLength);
  }
  return undefined;
}

/** Ids of containers, when they are made and again when they are started; throws `EngineError`. */
export async function* newcomersOfContainerd(
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const request = { 1: 'topic~="^/(containers/create|tasks/start)$"' };
  for await (const envelope of connection.follow({ method: EVENTS, request, signal })) {
    if (envelope.text(2) === DOCKERS_NAMESPACE) continue;
    // ContainerCreate and TaskStart both have the container's id first.
    const event = messageOf(envelope.message(4)?.bytes(2));
    if (event) yield event.text(1);
  }
}

function infoOf(
  container: WireMessage,
  image: WireMessage | undefined,
  labelMaxLength: number,
): ContainerInfo {
  const labels = boundedLabels(container.texts(2), labelMaxLength);
  const name = container.text(3).length <= MAX_TEXT ? container.text(3) : "";
  const { repository, tag, digest } = parseImageName(name);
  const spec = specOf(container.message(5)?.bytes(2));
  const fullId = container.text(1);
  const sandbox = container.text(11) || spec?.annotations["io.kubernetes.cri.sandbox-id"];
  return {
    ...NOTHING_TOLD,
    fullId,
    engine: "containerd",
    name: NAME_LABELS.map((label) => labels.get(label)).find((name) => !!name) ??
      fullId.slice(0, SHORT_ID),
    image: name || undefined,
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest ?? (image?.message(3)?.text(2).slice(0, MAX_TEXT) || undefined),
    labels,
    podSandboxId: typeof sandbox === "string" && sandbox !== "" ? sandbox : undefined,
    ...spec && detailsOf(spec),
  };
}

function detailsOf(spec: RuntimeSpec) {
  const namespaces = new Set(spec.linux?.namespaces.map(({ type }) => type));
  const mounts = spec.mounts.filter((mount) => mount !== undefined);
  return {
    privileged: isPrivileged(spec),
    hostPid: !namespaces.has("pid"),
    hostNetwork: !namespaces.has("network"),
    hostIpc: !namespaces.has("ipc"),
    mounts: boundedMounts(mounts.map(({ source, destination, options }) => ({
      source,
      destination,
      mode: options.find((option) => option.startsWith("mode="))?.slice("mode=".length) ?? "",
      writable: !options.includes("ro"),
      propagation: spec.linux?.rootfsPropagation ?? "",
    }))),
  };
}

/** Nobody notes it: it is one when nothing of what usually shuts containers in was asked for. */
function isPrivileged({ linux, process, mounts }: RuntimeSpec): boolean {
  if (!linux || linux.maskedPaths || linux.readonlyPaths || linux.seccomp) return false;
  const profile = process?.apparmorProfile || "unconfined";
  if (profile !== "unconfined" || process?.selinuxLabel) return false;
  return !mounts.some((mount) =>
    (mount?.type === "sysfs" || mount?.type === "cgroup") && mount.options.includes("ro")
  );
}

function specOf(bytes: Uint8Array | undefined): RuntimeSpec | undefined {
  if (!bytes || bytes.length === 0) return undefined;
  try {
    return runtimeSpecJson.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}

function messageOf(bytes: Uint8Array | undefined): WireMessage | undefined {
  try {
    return bytes && new WireMessage(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

async function unlessMissing(asking: Promise<WireMessage>): Promise<WireMessage | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof EngineError && error.code === "not-found") return undefined;
    throw error;
  }
}
