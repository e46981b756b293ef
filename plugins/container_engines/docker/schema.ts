/**
 * Settings of the plugin, and the part of the Docker Engine API 1.41 that it reads. Answers carry text
 * that container owners chose: what has an unexpected type or length counts as not said.
 */
import { z } from "zod";

export const dockerSchema = z.object({
  /** Unix sockets that speak Docker's API, asked in this order. */
  sockets: z.array(z.string().startsWith("/").max(107)).max(16).default([
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
  ]),
  timeoutMs: z.int().min(10).max(60_000).default(2000),
  /** Longer labels are left out; Falco's default. */
  labelMaxLength: z.int().min(0).max(65_536).default(100),
});

export type DockerConfig = z.infer<typeof dockerSchema>;

const text = z.string().max(4096).optional().catch(undefined);
const texts = z.array(z.string().max(4096)).max(1024).catch([]);

/** `GET /containers/{id}/json` */
export const containerAnswer = z.object({
  Id: z.string().regex(/^[0-9a-f]{64}$/),
  Name: text,
  /** `sha256:…` of the image. */
  Image: text,
  Config: z.object({
    Image: text,
    Labels: z.record(z.string(), z.unknown()).catch({}),
  }).catch({ Labels: {} }),
  HostConfig: z.object({ Privileged: z.boolean().optional().catch(undefined) }).catch({}),
  State: z.object({ StartedAt: text }).catch({}),
});

/** `GET /images/{id}/json` */
export const imageAnswer = z.object({ RepoTags: texts, RepoDigests: texts });

export type ContainerAnswer = z.infer<typeof containerAnswer>;
export type ImageAnswer = z.infer<typeof imageAnswer>;
