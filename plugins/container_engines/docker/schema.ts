/**
 * Settings of the plugin, and the part of the Docker Engine API 1.41 that it reads. Answers carry text
 * that container owners chose: what has an unexpected type or length counts as not said.
 */
import * as z from "zod";

/** Of a container. */
export const FULL_ID = /^[0-9a-f]{64}$/;

export const dockerSchema = z.object({
  /** Whose containers they are. */
  engine: z.enum(["docker", "podman"]).default("docker"),
  /** Unix sockets that speak Docker's API, asked in this order. */
  sockets: z.array(z.string().startsWith("/").max(107)).max(16).default([
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
  ]),
  /** Of engines that users run: asked about their own containers alone. */
  userSockets: z.array(z.object({
    userId: z.int().min(1),
    socket: z.string().startsWith("/").max(107),
  })).max(64).default([]),
  /** Folders in which podman has its storage; where its service knows of others, of those, too. */
  storage: z.array(z.string().startsWith("/")).max(8).optional(),
  timeoutMs: z.int().min(10).max(60_000).default(2000),
  /** Longer labels are left out; Falco's default. */
  labelMaxLength: z.int().min(0).max(65_536).default(100),
});

export type DockerConfig = z.infer<typeof dockerSchema>;

/** What is beyond that is left out before it is looked at: validating takes time, and events wait. */
const MAX_MOUNTS = 256;
/** With those that every container has. */
const MAX_SPEC_MOUNTS = 512;
const MAX_NETWORKS = 64;
const MAX_LABELS = 512;
const MAX_NAMES = 256;

const text = z.string().max(4096).optional().catch(undefined);
const texts = z.preprocess(firstOf(MAX_NAMES), z.array(z.string().max(4096))).catch([]);

const word = text.transform((given) => given ?? "");
const truth = z.boolean().optional().catch(undefined);
const networkAnswer = z.object({ IPAddress: text, GlobalIPv6Address: text });

const mountAnswer = z.object({
  Source: word,
  Destination: word,
  Mode: word,
  RW: z.boolean().catch(false),
  Propagation: word,
});

/** `GET /containers/{id}/json` */
export const containerAnswer = z.object({
  Id: z.string().regex(FULL_ID),
  Name: text,
  /** `sha256:…` of the image. */
  Image: text,
  Config: z.object({
    Image: text,
    Labels: z.preprocess(firstMembers(MAX_LABELS), z.record(z.string(), z.unknown())).catch({}),
  }).catch({ Labels: {} }),
  HostConfig: z.object({
    Privileged: truth,
    /** "host", "bridge", "container:<id or name>" … */
    NetworkMode: text,
    PidMode: text,
    IpcMode: text,
  }).catch({}),
  State: z.object({ StartedAt: text }).catch({}),
  Mounts: z.preprocess(firstOf(MAX_MOUNTS), z.array(mountAnswer.optional().catch(undefined)))
    .catch([]),
  NetworkSettings: networkAnswer.extend({
    Networks: z.preprocess(
      firstMembers(MAX_NETWORKS),
      z.record(z.string(), networkAnswer.catch({})),
    ).catch({}),
  }).catch({ Networks: {} }),
});

/** `GET /images/{id}/json` */
export const imageAnswer = z.object({ RepoTags: texts, RepoDigests: texts });

/** `GET /info`: where podman has its storage. */
export const infoAnswer = z.object({ DockerRootDir: z.string().startsWith("/").max(4096) });

/** `GET /version`: who answers. */
export const versionAnswer = z.object({
  Components: z.preprocess(firstOf(MAX_NAMES), z.array(z.object({ Name: text }))),
});

/** One of the notes of podman or CRI-O. */
export const notedContainer = z.object({
  names: texts,
  /** Id of the image. */
  image: z.string().regex(FULL_ID).or(z.literal("")).catch(""),
  /** JSON. */
  metadata: z.string().max(65_536).catch(""),
});

/** What both know, and, below the name of the image, what CRI-O does. */
export const notedMetadata = z.object({
  "image-name": text,
  "metadata-name": text,
  "pod-name": text,
  "pod-id": z.string().regex(FULL_ID).optional().catch(undefined),
  /** Of the pod's sandbox only, as is the next. */
  uid: text,
  namespace: text,
  /** Left out where it is false. */
  privileged: z.boolean().catch(false),
});

const longText = z.string().max(1 << 20).optional().catch(undefined);

/** Of the OCI runtime specification; annotations that are not named here may be anybody's. */
export const runtimeSpec = z.object({
  mounts: z.preprocess(
    firstOf(MAX_SPEC_MOUNTS),
    z.array(
      z.object({
        destination: word,
        type: word,
        source: word,
        options: z.preprocess(firstOf(MAX_NAMES), z.array(z.string())).catch([]),
      }).optional().catch(undefined),
    ),
  ).optional().catch(undefined),
  annotations: z.object({
    "io.podman.annotations.privileged": text,
    "io.kubernetes.cri-o.IP.0": text,
    /** JSON, as is the next. */
    "io.kubernetes.cri-o.Labels": longText,
    "io.kubernetes.cri-o.Volumes": longText,
  }).catch({}),
  linux: z.object({
    namespaces: z.preprocess(firstOf(MAX_NAMES), z.array(z.object({ type: word }))),
  }).optional().catch(undefined),
});

/** CRI-O's annotations, taken apart. */
export const criLabels = z.preprocess(firstMembers(MAX_LABELS), z.record(z.string(), z.unknown()));
export const criVolumes = z.preprocess(
  firstOf(MAX_MOUNTS),
  z.array(
    z.object({
      container_path: word,
      host_path: word,
      readonly: z.boolean().catch(false),
      propagation: z.number().catch(-1),
    }).optional().catch(undefined),
  ),
);

/** A line of `GET /events`. */
export const eventAnswer = z.object({
  Actor: z.object({
    ID: z.string().regex(FULL_ID),
    Attributes: z.object({ name: text, image: text }).catch({}),
  }),
});

export type ContainerAnswer = z.infer<typeof containerAnswer>;
export type NotedContainer = z.infer<typeof notedContainer>;
export type NotedMetadata = z.infer<typeof notedMetadata>;
export type RuntimeSpec = z.infer<typeof runtimeSpec>;
export type EventAnswer = z.infer<typeof eventAnswer>;
export type ImageAnswer = z.infer<typeof imageAnswer>;

function firstOf(count: number): (given: unknown) => unknown {
  return (given) => Array.isArray(given) ? given.slice(0, count) : given;
}

function firstMembers(count: number): (given: unknown) => unknown {
  return (given) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
    return Object.fromEntries(Object.entries(given).slice(0, count));
  };
}
