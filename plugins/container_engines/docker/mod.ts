/**
 * Names, images and labels of containers, from what speaks Docker's REST API on a unix socket: dockerd,
 * and podman where its service runs. Without any such socket containers keep the id from their cgroup
 * and nothing else is known of them.
 */
import type { ContainerEngine, ContainerEnginePlugin, ContainerInfo } from "../../../core/mod.ts";
import { describeImage } from "./image.ts";
import { getJson, isListening, RestError } from "./rest.ts";
import {
  type ContainerAnswer,
  containerAnswer,
  type DockerConfig,
  dockerSchema,
  type ImageAnswer,
  imageAnswer,
} from "./schema.ts";

const MAX_LABELS = 256;

export class DockerEngine implements ContainerEngine {
  readonly name = "docker";

  constructor(readonly config: DockerConfig) {}

  async inspect(fullId: string, signal: AbortSignal): Promise<ContainerInfo | undefined> {
    if (!/^[0-9a-f]{12,64}$/.test(fullId)) return undefined;
    let failure: unknown;
    for (const socket of this.config.sockets) {
      signal.throwIfAborted();
      if (!await isListening(socket)) continue;
      try {
        const info = await this.#ask(socket, fullId, signal);
        if (info) return info;
      } catch (error) {
        if (!(error instanceof RestError)) throw error;
        failure ??= error; // another socket may know it
      }
    }
    if (failure) throw failure;
    return undefined;
  }

  async #ask(
    socket: string,
    fullId: string,
    signal: AbortSignal,
  ): Promise<ContainerInfo | undefined> {
    const { timeoutMs, labelMaxLength } = this.config;
    const get = (path: string) => getJson({ socket, path, timeoutMs, signal });
    const found = await get(`/containers/${fullId}/json`);
    if (found === undefined) return undefined;
    const container = containerAnswer.safeParse(found);
    if (!container.success) {
      throw new RestError("bad-answer", `${socket} does not describe a container as Docker does`);
    }
    const imageId = container.data.Image?.replace(/^sha256:/, "");
    const image = imageId && /^[0-9a-f]{64}$/.test(imageId)
      ? imageAnswer.safeParse(await get(`/images/${imageId}/json`)).data
      : undefined;
    return containerInfo(container.data, image, labelMaxLength);
  }
}

function containerInfo(
  container: ContainerAnswer,
  image: ImageAnswer | undefined,
  labelMaxLength: number,
): ContainerInfo {
  const { Config, HostConfig, State } = container;
  const { repository, tag, digest } = describeImage(
    Config.Image,
    image?.RepoTags ?? [],
    image?.RepoDigests ?? [],
  );
  return {
    fullId: container.Id,
    name: container.Name?.replace(/^\//, "") || undefined,
    image: Config.Image || undefined,
    imageId: container.Image?.replace(/^sha256:/, "") || undefined,
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest,
    privileged: HostConfig.Privileged,
    labels: boundedLabels(Config.Labels, labelMaxLength),
    startNs: State.StartedAt === undefined ? undefined : epochNs(State.StartedAt),
  };
}

function boundedLabels(
  labels: Readonly<Record<string, unknown>>,
  maxLength: number,
): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  for (const [key, value] of Object.entries(labels)) {
    if (kept.size >= MAX_LABELS) break;
    if (typeof value !== "string" || value.length > maxLength || key.length > 1024) continue;
    kept.set(key, value);
  }
  return kept;
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
