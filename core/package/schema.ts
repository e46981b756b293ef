/** What registries answer, and what other programs keep about them. */
import * as z from "zod";

const plain = (max: number) => z.string().max(max);

/** Versions by number; only the one that is wanted is looked at, with `npmVersion`. */
export const npmPackument = z.looseObject({
  "dist-tags": z.record(plain(256), plain(256)).default({}),
  versions: z.custom<Readonly<Record<string, unknown>>>((value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
  ),
});

export const npmVersion = z.looseObject({
  version: plain(128),
  deprecated: z.union([plain(10_000), z.boolean()]).optional(),
  dist: z.looseObject({ tarball: plain(4096), integrity: plain(4096).optional() }),
});

const descriptor = z.looseObject({
  mediaType: plain(256).default(""),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().min(0),
});
export type OciDescriptor = z.output<typeof descriptor>;

/** OCI image-spec: manifest.md, and Docker's of the same shape. */
export const ociManifest = z.looseObject({
  mediaType: plain(256).optional(),
  config: descriptor,
  layers: z.array(descriptor).max(100),
});

/** OCI image-spec: image-index.md, and Docker's "manifest list". */
export const ociIndex = z.looseObject({
  mediaType: plain(256).optional(),
  manifests: z.array(z.looseObject({
    ...descriptor.shape,
    platform: z.looseObject({ architecture: plain(64), os: plain(64) }).optional(),
  })).max(200),
});

/** What falcoctl says of plugins and rules files beside their layer. */
export const falcoctlConfig = z.looseObject({
  name: plain(256).optional(),
  version: plain(128).optional(),
  dependencies: z.array(z.looseObject({ name: plain(256), version: plain(128) })).max(100)
    .optional(),
});

export const ociToken = z.looseObject({
  token: plain(64 << 10).optional(),
  access_token: plain(64 << 10).optional(),
});

/** `~/.docker/config.json`, and podman's `auth.json`. */
export const dockerConfig = z.looseObject({
  auths: z.record(
    plain(1024),
    z.looseObject({
      auth: plain(64 << 10).optional(),
      username: plain(1024).optional(),
      password: plain(64 << 10).optional(),
    }),
  ).default({}),
});
