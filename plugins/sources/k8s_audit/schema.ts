/** Settings of the k8s_audit source, as core/app takes them out of falco.yaml and the command line. */
import * as z from "zod";

const MIB = 1 << 20;

/** A file that is read to its end, or the files of a directory, the oldest first. */
const pathInput = z.object({ kind: z.literal("path"), path: z.string().min(1) });

/** A file that grows. */
const tailInput = z.object({
  kind: z.literal("tail"),
  path: z.string().min(1),
  /** Where to keep how far it was read; absent: every start begins at its end. */
  stateDirectory: z.string().min(1).optional(),
});

/** A web server that the API server's webhook posts to. */
const httpInput = z.object({
  kind: z.literal("http"),
  hostname: z.string().min(1),
  port: z.int().min(0).max(65_535),
  /** Path of the endpoint, with its slash in front. */
  path: z.string().startsWith("/"),
  tls: z.object({
    certificatePath: z.string().min(1),
    /** May be the same file. */
    keyPath: z.string().min(1),
    /** Only clients with a certificate of this authority. */
    clientCaPath: z.string().min(1).optional(),
  }).optional(),
  /** Bytes of a body, after decompression. */
  maxBodyBytes: z.int().positive().default(12 * MIB),
  /** File with the token that requests have to carry. */
  tokenFile: z.string().min(1).optional(),
  /** Environment variable with the token, in place of a file. */
  tokenVariable: z.string().min(1).optional(),
  /** Addresses and networks requests may come from; none: all. */
  allowedSources: z.array(z.string()).default([]),
});

export const k8sAuditSchema = z.object({
  inputs: z.array(z.discriminatedUnion("kind", [pathInput, tailInput, httpInput])).min(1),
  /**
   * Bytes of one event. Falco leaves out those over 256 KiB, so whoever makes a large object is not
   * seen; an event with a request of 3 MiB, the most an API server takes, and its response fits here.
   */
  maxEventBytes: z.int().positive().default(8 * MIB),
  /** Brackets within brackets; schemas in CustomResourceDefinitions go down far. */
  maxDepth: z.int().min(8).max(1000).default(256),
  /** Bytes of payloads in memory, waiting for their turn. */
  maxWaitingBytes: z.int().positive().default(48 * MIB),
  /** What is read happened before: for playing old logs. */
  isRecorded: z.boolean().default(false),
});

export type K8sAuditConfig = z.infer<typeof k8sAuditSchema>;
export type InputConfig = K8sAuditConfig["inputs"][number];
export type HttpInputConfig = Extract<InputConfig, { kind: "http" }>;
export type TailInputConfig = Extract<InputConfig, { kind: "tail" }>;
