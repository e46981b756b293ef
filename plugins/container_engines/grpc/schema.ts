/**
 * Settings of the plugin, and the JSON that engines put into their messages: containerd's and CRI-O's
 * own description of a container, and OCI's. Owners of containers choose much of it: what has an
 * unexpected type or length counts as not said.
 */
import * as z from "zod";

const sockets = z.array(z.string().startsWith("/").max(107)).max(16).default([]);

export const grpcSchema = z.object({
  /** Unix sockets that speak Kubernetes's Container Runtime Interface, asked in this order. */
  criSockets: sockets,
  /** Unix sockets that speak containerd's own API, asked after those. */
  containerdSockets: sockets,
  timeoutMs: z.int().min(10).max(60_000).default(2000),
  /** Longer labels are left out; Falco's default. */
  labelMaxLength: z.int().min(0).max(65_536).default(100),
});

export type GrpcConfig = z.infer<typeof grpcSchema>;

const word = z.string().max(4096).optional().catch(undefined);
const truth = z.boolean().optional().catch(undefined);
const words = z.record(z.string(), z.unknown()).catch({});

/** Entry "info" of a verbose `ContainerStatus`. */
export const containerInfoJson = z.object({
  /** CRI-O's. */
  privileged: truth,
  /** containerd's. */
  config: z.object({
    image: z.object({ image: word, user_specified_image: word }).optional().catch(undefined),
    linux: z.object({
      security_context: z.object({ privileged: truth }).optional().catch(undefined),
    }).optional().catch(undefined),
  }).optional().catch(undefined),
  runtimeSpec: z.object({ annotations: words }).optional().catch(undefined),
}).catch({});

/** Entry "info" of a verbose `PodSandboxStatus`. */
export const sandboxInfoJson = z.object({
  /** containerd's. */
  cniResult: z.record(z.string(), z.unknown()).optional().catch(undefined),
  runtimeSpec: z.object({ annotations: words }).optional().catch(undefined),
}).catch({});

const mount = z.object({
  destination: z.string(),
  type: word,
  source: z.string().catch(""),
  options: z.array(z.string()).catch([]),
});

/** OCI runtime specification, config.md and config-linux.md. */
export const runtimeSpecJson = z.object({
  process: z.object({ apparmorProfile: word, selinuxLabel: word }).optional().catch(undefined),
  mounts: z.array(mount.optional().catch(undefined)).catch([]),
  annotations: words,
  linux: z.object({
    namespaces: z.array(z.object({ type: z.string(), path: word })).catch([]),
    rootfsPropagation: word,
    maskedPaths: z.unknown().optional(),
    readonlyPaths: z.unknown().optional(),
    seccomp: z.unknown().optional(),
  }).optional().catch(undefined),
});

export type ContainerInfoJson = z.infer<typeof containerInfoJson>;
export type RuntimeSpec = z.infer<typeof runtimeSpecJson>;
