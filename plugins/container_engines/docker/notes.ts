/**
 * What podman and CRI-O note about containers in `containers.json`: names, images, and of pods' containers
 * the pod. Both keep it with the same library.
 *
 * Facts: containers/storage containers.go, containers/podman libpod/storage.go and cri-o/cri-o
 * internal/storage/runtime.go (what is in `metadata`).
 */
import {
  type ContainerDetails,
  decodeUtf8,
  NOTHING_TOLD,
  parseImageName,
} from "../../../core/mod.ts";
import {
  type NotedContainer,
  notedContainer,
  type NotedMetadata,
  notedMetadata,
} from "./schema.ts";

/** Folders of containers below a root are called after these. */
export const DRIVERS = ["overlay", "vfs", "btrfs"] as const;
/** Containers that go with the machine have a file of their own. */
export const NOTE_FILES = ["containers.json", "volatile-containers.json"] as const;

/** Below the folder of a driver. */
export function specFile(fullId: string): string {
  return `${fullId}/userdata/config.json`;
}

/** Entries of one file, not looked into. */
export function parseNotes(bytes: Uint8Array | undefined): readonly unknown[] {
  try {
    const noted = bytes && JSON.parse(decodeUtf8(bytes));
    return Array.isArray(noted) ? noted : [];
  } catch {
    return [];
  }
}

export interface Note extends NotedContainer {
  /** What it says of itself. */
  readonly told: NotedMetadata | undefined;
}

export function noteOf(notes: readonly unknown[], fullId: string): Note | undefined {
  const { data } = notedContainer.safeParse(notes.find((each) => hasId(each, fullId)));
  return data && { ...data, told: toldIn(data.metadata) };
}

/** Only CRI-O's containers are always in a pod. */
export function isCrios({ told }: Note): boolean {
  return told?.["pod-id"] !== undefined;
}

/** What podman notes. */
export function detailsOfNote({ names, image, told }: Note): ContainerDetails {
  return { ...NOTHING_TOLD, name: names[0], ...imageOf(told, image) };
}

/**
 * What CRI-O notes, as its CRI would say it. Pods are told of by their sandboxes, which have neither name
 * nor image of their own.
 */
export function detailsOfCriosNote(
  { image, told }: Note,
  fullId: string,
  sandbox: Note | undefined,
): ContainerDetails {
  const podSandboxId = told?.["pod-id"];
  const labels = new Map(
    [
      ["io.kubernetes.sandbox.id", podSandboxId],
      ["io.kubernetes.pod.name", told?.["pod-name"]],
      ["io.kubernetes.pod.uid", sandbox?.told?.uid],
      ["io.kubernetes.pod.namespace", sandbox?.told?.namespace],
    ].filter((label): label is [string, string] => label[1] !== undefined),
  );
  if (podSandboxId === fullId) return { ...NOTHING_TOLD, labels, podSandboxId };
  return {
    ...NOTHING_TOLD,
    ...imageOf(told, image),
    name: told?.["metadata-name"],
    privileged: told?.privileged,
    labels,
    podSandboxId,
  };
}

function imageOf(told: NotedMetadata | undefined, imageId: string) {
  const image = told?.["image-name"] || undefined;
  const { repository, tag, digest } = image ? parseImageName(image) : {};
  return {
    image,
    imageId: imageId || undefined,
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest,
  };
}

function hasId(noted: unknown, fullId: string): boolean {
  return typeof noted === "object" && noted !== null && "id" in noted && noted.id === fullId;
}

function toldIn(metadata: string): NotedMetadata | undefined {
  try {
    return notedMetadata.parse(JSON.parse(metadata));
  } catch {
    return undefined;
  }
}
