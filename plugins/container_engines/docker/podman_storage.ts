/**
 * What podman notes about its containers on disk: names and images, before their first program runs.
 *
 * Its service answers later: about a container that is being started only when that is done, and where
 * many start together after some tenths of a second. Without the service this is all there is.
 *
 * Facts: containers/storage containers.go (the files, which are written beside and moved into place),
 * containers/podman libpod/storage.go (what is in `metadata`).
 */
import {
  type ContainerDetails,
  decodeUtf8,
  fileMark,
  NOTHING_TOLD,
  onHost,
  parseImageName,
  readAtMost,
} from "../../../core/mod.ts";
import { type NotedContainer, notedContainer, notedMetadata } from "./schema.ts";

/** Where root's podman has it, unless storage.conf says otherwise. */
const STANDARD = "/var/lib/containers/storage";
const MAX_ROOTS = 8;
const DRIVERS = ["overlay", "vfs", "btrfs"] as const;
/** Containers that go with the machine have a file of their own. */
const FILES = ["containers.json", "volatile-containers.json"] as const;
/** A container takes some 700 bytes; whoever has thousands has to wait for the service. */
const MAX_BYTES = 2 << 20;

export class PodmanStorage {
  /** Paths as the machine has them. */
  readonly #roots: Set<string>;
  /** By path, with the mark of what was read. */
  readonly #read = new Map<string, { readonly mark: string; readonly noted: readonly unknown[] }>();

  constructor(roots: readonly string[] = [STANDARD]) {
    this.#roots = new Set(roots);
  }

  /** Somebody knows of another one. */
  add(root: string): void {
    if (root.startsWith("/") && this.#roots.size < MAX_ROOTS) this.#roots.add(root);
  }

  /** Absent where it is not noted, or what is noted cannot be read. */
  glimpse(fullId: string): ContainerDetails | undefined {
    for (const root of this.#roots) {
      for (const driver of DRIVERS) {
        for (const file of FILES) {
          const noted = this.#noted(onHost(`${root}/${driver}-containers/${file}`));
          const { data } = notedContainer.safeParse(noted.find((each) => hasId(each, fullId)));
          if (data) return detailsOf(data);
        }
      }
    }
    return undefined;
  }

  /** Read again when it is another file: podman writes all of it for each container. */
  #noted(path: string): readonly unknown[] {
    const mark = fileMark(path);
    const read = this.#read.get(path);
    if (read?.mark === mark) return read.noted;
    const noted = readNoted(path);
    this.#read.set(path, { mark, noted });
    return noted;
  }
}

/** It may be a link to anything: the kernel's own files tell no size, and some of them never end. */
function readNoted(path: string): readonly unknown[] {
  try {
    // To open a pipe would wait.
    if (!Deno.statSync(path).isFile) return [];
    using file = Deno.openSync(path);
    const { isFile, size } = file.statSync();
    if (!isFile || size === 0 || size > MAX_BYTES) return [];
    const bytes = readAtMost(file, MAX_BYTES);
    const noted = bytes && JSON.parse(decodeUtf8(bytes));
    return Array.isArray(noted) ? noted : [];
  } catch {
    return [];
  }
}

function hasId(noted: unknown, fullId: string): boolean {
  return typeof noted === "object" && noted !== null && "id" in noted && noted.id === fullId;
}

function detailsOf({ names, image: imageId, metadata }: NotedContainer): ContainerDetails {
  const image = imageNameIn(metadata);
  const { repository, tag, digest } = image ? parseImageName(image) : {};
  return {
    ...NOTHING_TOLD,
    name: names[0],
    image,
    imageId: imageId || undefined,
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest,
  };
}

function imageNameIn(metadata: string): string | undefined {
  try {
    return notedMetadata.parse(JSON.parse(metadata))["image-name"] || undefined;
  } catch {
    return undefined;
  }
}
