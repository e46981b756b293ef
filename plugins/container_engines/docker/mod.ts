/**
 * Names, images, labels and mounts of containers, from what speaks Docker's REST API on a unix socket:
 * dockerd, and podman where its service runs. Without any such socket containers keep the id from their
 * cgroup, and of podman's is known what it has on disk.
 */
import {
  boundedLabels,
  boundedMounts,
  type Container,
  type ContainerDetails,
  type ContainerEngine,
  type ContainerEngineName,
  type ContainerEnginePlugin,
  type ContainerInfo,
  type ContainerTold,
  describeImage,
  EngineError,
  firstAnswer,
  isAnyListening,
  isListening,
  isTrusted,
  NOTHING_TOLD,
  parseImageName,
  socketsOfUser,
  watchSockets,
} from "../../../core/mod.ts";
import { PodmanStorage } from "./podman_storage.ts";
import { RecentImages } from "./recent_images.ts";
import { getJson, getJsonLines } from "./rest.ts";
import {
  type ContainerAnswer,
  containerAnswer,
  type DockerConfig,
  dockerSchema,
  type EventAnswer,
  eventAnswer,
  FULL_ID,
  type ImageAnswer,
  imageAnswer,
  infoAnswer,
  versionAnswer,
} from "./schema.ts";
import { UsersStorage } from "./users_storage.ts";

const EVENTS = `/events?filters=${
  encodeURIComponent(JSON.stringify({ type: ["container"], event: ["create", "start", "rename"] }))
}`;

/** Of `GET /version`. */
const PODMAN = "Podman Engine";

/** Descriptions of containers and images are some 10 KB; labels can make them longer. */
const MAX_ANSWER_BYTES = 1 << 20;
/** What users' engines answer may be made to be in the way: reading it takes time, and events wait. */
const MAX_USERS_ANSWER_BYTES = 256 << 10;

/** Where to ask, and how much it may answer. */
interface Asked {
  readonly socket: string;
  readonly maxBytes: number;
}

export class DockerEngine implements ContainerEngine {
  readonly name: string;
  readonly runs: ReadonlySet<ContainerEngineName>;
  readonly #images = new RecentImages();
  readonly notes?: ReadonlySet<ContainerEngineName>;
  readonly #storage: PodmanStorage | undefined;
  readonly #usersStorage: UsersStorage | undefined;

  constructor(readonly config: DockerConfig) {
    const { engine, storage, timeoutMs, labelMaxLength } = config;
    this.name = engine;
    this.runs = new Set([engine]);
    if (engine !== "podman") return;
    // CRI-O keeps its containers in the same place.
    this.notes = new Set(["podman", "cri-o"]);
    this.#storage = new PodmanStorage(storage, labelMaxLength);
    this.#usersStorage = new UsersStorage(timeoutMs);
  }

  glimpse(fullId: string): ContainerDetails | undefined {
    return this.#storage?.glimpse(fullId);
  }

  recall(fullId: string, userId: number): Promise<ContainerDetails | undefined> {
    return this.#usersStorage?.recall(fullId, userId) ?? Promise.resolve(undefined);
  }

  whenAbsent({ userId, image, privileged }: Container): string | undefined {
    if (!this.#storage) return userId === undefined ? undefined : unaskedDocker(userId);
    const whose = userId === undefined ? "podman" : `the podman of user ${userId}`;
    const unknown = privileged !== undefined
      ? "labels, addresses and digests of images of its containers stay unknown, " +
        "the rest is read from its files"
      : image === undefined
      ? "nothing but ids is known of its containers, since its files cannot be read"
      : "only names and images are known of its containers";
    const command = userId === undefined
      ? "systemctl enable --now podman.socket"
      : "systemctl --user enable --now podman.socket as that user, then start falcod again";
    return `Nobody answers for ${whose}: ${unknown}. To have all: ${command}`;
  }

  isThere(userId?: number): Promise<boolean> {
    const { sockets, userSockets } = this.config;
    if (userId !== undefined) {
      return isAnyListening(this.#askedFor(userId).map(({ socket }) => socket));
    }
    return isAnyListening([...sockets, ...userSockets.map(({ socket }) => socket)]);
  }

  async inspect(
    fullId: string,
    signal: AbortSignal,
    userId?: number,
  ): Promise<ContainerInfo | undefined> {
    if (!FULL_ID.test(fullId)) return undefined;
    const asks = this.#askedFor(userId).map((asked) => async () =>
      await isListening(asked.socket) ? await this.#ask(asked, fullId, signal) : undefined
    );
    return await firstAnswer(asks, signal);
  }

  async watch(signal: AbortSignal, told: ContainerTold): Promise<void> {
    const { sockets } = this.config;
    await watchSockets(sockets, signal, async (socket) => {
      if (!isTrusted(socket)) return;
      const whose = this.#engineAt(socket, signal);
      // It takes a while; events do not wait for it.
      if (this.#storage) this.#findStorage(socket, signal).catch(() => {});
      for await (const line of getJsonLines({ socket, path: EVENTS, signal })) {
        const actor = eventAnswer.safeParse(line).data?.Actor;
        if (!actor) continue;
        const { ID: fullId, Attributes } = actor;
        const engine = await whose;
        told({ id: fullId.slice(0, 12), fullId, engine }, namesIn(Attributes, engine));
      }
    });
  }

  /**
   * What users' engines tell of by themselves is not listened to: it may be about anything. A user
   * may give a cgroup the id of anybody's container: only that user's own engines are asked about it.
   */
  #askedFor(userId: number | undefined): readonly Asked[] {
    const { sockets, userSockets } = this.config;
    if (!userId) {
      return sockets.map((socket) => ({ socket, maxBytes: MAX_ANSWER_BYTES }));
    }
    const own = userSockets.filter((each) => each.userId === userId).map(({ socket }) => socket);
    // Since the start, the user may have put a link to somebody else's there.
    return socketsOfUser([...sockets, ...own], userId)
      .map((socket) => ({ socket, maxBytes: MAX_USERS_ANSWER_BYTES }));
  }

  /** Where podman stands in for Docker, Docker's socket is a link to its own. Never rejects. */
  async #engineAt(socket: string, signal: AbortSignal): Promise<ContainerEngineName> {
    const { engine, timeoutMs } = this.config;
    if (engine === "podman") return engine;
    const asking = getJson({
      socket,
      path: "/version",
      timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
    });
    const { data } = versionAnswer.safeParse(await asking.catch(() => undefined));
    return data?.Components.some(({ Name }) => Name === PODMAN) ? "podman" : engine;
  }

  /** What is there is read while an event waits. */
  async #findStorage(socket: string, signal: AbortSignal): Promise<void> {
    const { timeoutMs } = this.config;
    const { data } = infoAnswer.safeParse(
      await getJson({ socket, path: "/info", timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal }),
    );
    if (data) this.#storage?.add(data.DockerRootDir);
  }

  async #ask(
    { socket, maxBytes }: Asked,
    fullId: string,
    signal: AbortSignal,
  ): Promise<ContainerInfo | undefined> {
    const { timeoutMs, labelMaxLength } = this.config;
    const get = (path: string) => getJson({ socket, path, timeoutMs, maxBytes, signal });
    const found = await get(`/containers/${fullId}/json`);
    if (found === undefined) return undefined;
    const { data: container } = containerAnswer.safeParse(found);
    if (!container) {
      throw new EngineError("bad-answer", `${socket} does not describe a container as Docker does`);
    }
    if (container.Id !== fullId) {
      throw new EngineError("bad-answer", `${socket} describes another container than ${fullId}`);
    }
    const imageId = container.Image?.replace(/^sha256:/, "");
    const image = imageId && /^[0-9a-f]{64}$/.test(imageId)
      ? await this.#images.get(
        `${socket} ${imageId}`,
        async () => imageAnswer.safeParse(await get(`/images/${imageId}/json`)).data,
      ).catch(noneIfBad)
      : undefined;
    const lender = lenderOf(container);
    const network = lender === undefined
      ? container
      : containerAnswer.safeParse(await get(`/containers/${lender}/json`).catch(noneIfBad)).data;
    return {
      ...containerInfo(container, image, labelMaxLength),
      ip: network && addressOf(network),
    };
  }
}

/** Its socket is looked for at the start. */
function unaskedDocker(userId: number): string {
  return `Nobody answers for the Docker of user ${userId}: nothing but ids is known of its ` +
    `containers. If it listens at /run/user/${userId}/docker.sock, start falcod again`;
}

/** What else there is to say of a container is not worth to be silent about all of it. */
function noneIfBad(error: unknown): undefined {
  if (!(error instanceof EngineError) || error.code !== "bad-answer") throw error;
}

/**
 * What an event says besides the id: dockerd answers nothing about a container while it starts it. What
 * else is there may be a label.
 */
function namesIn(
  { name, image }: EventAnswer["Actor"]["Attributes"],
  engine: ContainerEngineName,
): Partial<ContainerDetails> {
  // An id of the image, or a name that looks like one.
  if (!image || /^(sha256:)?[0-9a-f]+$/.test(image)) return { name, image };
  const { repository, tag, digest } = parseImageName(image);
  return {
    name,
    image,
    // Docker calls its own images by the short name, whoever asked.
    imageRepository: engine === "docker"
      ? repository?.replace(/^docker\.io\/(library\/)?/, "")
      : repository,
    imageTag: tag,
    imageDigest: digest,
  };
}

/** The container whose network this one uses; pods are made so. */
function lenderOf({ HostConfig }: ContainerAnswer): string | undefined {
  return /^container:([0-9a-zA-Z][0-9a-zA-Z_.-]{0,127})$/.exec(HostConfig.NetworkMode ?? "")?.[1];
}

function addressOf({ NetworkSettings }: ContainerAnswer): string | undefined {
  const networks = [NetworkSettings, ...Object.values(NetworkSettings.Networks)];
  return networks.map(({ IPAddress }) => IPAddress).find(Boolean) ??
    networks.map(({ GlobalIPv6Address }) => GlobalIPv6Address).find(Boolean);
}

function containerInfo(
  container: ContainerAnswer,
  image: ImageAnswer | undefined,
  labelMaxLength: number,
): Omit<ContainerInfo, "ip"> {
  const { Config, HostConfig, State } = container;
  const imageId = container.Image?.replace(/^sha256:/, "") || undefined;
  const { repository, tag, digest } = describeImage(
    // Whoever asked for an image by its id gave no name.
    isIdOf(imageId, Config.Image) ? undefined : Config.Image,
    image?.RepoTags ?? [],
    image?.RepoDigests ?? [],
  );
  const labels = boundedLabels(Object.entries(Config.Labels), labelMaxLength);
  const mounts = container.Mounts.filter((mount) => mount !== undefined);
  return {
    ...NOTHING_TOLD,
    fullId: container.Id,
    name: container.Name?.replace(/^\//, "") || undefined,
    image: Config.Image || undefined,
    imageId,
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest,
    privileged: HostConfig.Privileged,
    labels,
    startNs: State.StartedAt === undefined ? undefined : epochNs(State.StartedAt),
    mounts: boundedMounts(mounts.map((mount) => ({
      source: mount.Source,
      destination: mount.Destination,
      mode: mount.Mode,
      writable: mount.RW,
      propagation: mount.Propagation,
    }))),
    hostPid: isHosts(HostConfig.PidMode),
    hostNetwork: isHosts(HostConfig.NetworkMode),
    hostIpc: isHosts(HostConfig.IpcMode),
    podSandboxId: labels.get("io.kubernetes.sandbox.id"),
  };
}

/** Also where only its beginning was given. */
function isIdOf(imageId = "", asked = ""): boolean {
  const id = asked.replace(/^sha256:/, "");
  return /^[0-9a-f]+$/.test(id) && imageId.startsWith(id);
}

function isHosts(mode: string | undefined): boolean | undefined {
  return mode === undefined ? undefined : mode === "host";
}

/** RFC 3339 with up to nine digits of a second; Go's zero time ("0001-…") is no time. */
export function epochNs(time: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(time);
  if (!match) return undefined;
  const milliseconds = Date.parse(`${match[1]}${match[3]}`);
  if (!(milliseconds > 0)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
}

const plugin: ContainerEnginePlugin<DockerConfig> = {
  kind: "container_engine",
  name: "docker",
  summary: "Docker, and podman where its service runs",
  schema: dockerSchema,
  create: (config) => new DockerEngine(config),
};
export default plugin;
