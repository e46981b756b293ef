/** The container a given event happened in. */
import {
  type Container,
  containerOf,
  HOST_ID,
  parseImageName,
  unknownContainer,
} from "../state/mod.ts";
import type { Given } from "./given.ts";

/** Stands for the id where only other things are said about the container. */
const SOME_ID = "0123456789ab";
const FULL_LENGTH = 64;

/** The cgroup of the process: the host's unless an id or anything else about a container is given. */
export function cgroupOf(given: Given): string {
  const id = given.text("container.full_id") ?? given.text("container.id") ??
    (isInContainer(given) ? SOME_ID : HOST_ID);
  if (id === HOST_ID) return "/";
  // Ids are hexadecimal; of one that is not, the field shows what was given.
  const digits = /^[0-9a-f]{1,64}$/i.test(id) ? id : SOME_ID;
  return `/docker/${digits.padEnd(FULL_LENGTH, "0")}`;
}

/** What an engine tells of a container, beside its id. */
const TOLD = [
  "container.name",
  "container.image",
  "container.privileged",
  "container.label",
  "k8s.",
];

/** With everything that was said about it; absent on the host. */
export function containerOfGiven(given: Given): Container | undefined {
  const reference = containerOf(cgroupOf(given));
  if (!reference) return undefined;
  const image = given.text("container.image");
  const { repository, tag } = parseImageName(image ?? "");
  return {
    ...unknownContainer(reference),
    // Without a word of its engine, what the engine would say is not empty but absent.
    known: TOLD.some((prefix) => given.mentions(prefix)),
    name: given.text("container.name"),
    image,
    imageId: given.text("container.image.id"),
    imageRepository: given.text("container.image.repository") ?? repository,
    imageTag: given.text("container.image.tag") ?? tag,
    imageDigest: given.text("container.image.digest"),
    privileged: given.truth("container.privileged"),
    labels: labelsOf(given),
  };
}

function isInContainer(given: Given): boolean {
  const name = given.text("container.name");
  if (name === HOST_ID) return false;
  return given.mentions("container.") || given.mentions("k8s.");
}

function labelsOf(given: Given): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [name, value] of given.byArgument("container.label")) {
    if (typeof value === "string") labels.set(String(name), value);
  }
  return labels;
}
