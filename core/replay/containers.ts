/** Containers, as captures tell of them: JSON that Falco's libs or its container plugin wrote. */
import {
  type Container,
  type ContainerEngineName,
  parseImageName,
  unknownContainer,
} from "../state/mod.ts";

/** By upstream's numbers; libs userspace/libsinsp/container_info.h. */
const ENGINES: readonly (ContainerEngineName | undefined)[] = [
  "docker",
  "lxc",
  "libvirt-lxc",
  ,
  ,
  ,
  "cri",
  "containerd",
  "cri-o",
  "bpm",
  ,
  "podman",
];
/** More than any container has to say. */
const MAX_TEXT = 1 << 20;
/** Stands where nobody had answered yet. */
const INCOMPLETE = "incomplete";

/** Absent when the text tells of none. */
export function containerOfJson(text: string): Container | undefined {
  if (text.length > MAX_TEXT) return undefined;
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return undefined;
  }
  const facts = member(told, "container");
  const id = textOf(facts, "id");
  if (id === undefined) return undefined;
  const type = member(facts, "type");
  const engine = (typeof type === "number" ? ENGINES[type] : undefined) ?? "docker";
  const reference = { id, fullId: textOf(facts, "full_id") ?? id, engine };
  const image = textOf(facts, "image");
  if (image === undefined) return unknownContainer(reference);
  const { repository, tag, digest } = parseImageName(image);
  const privileged = member(facts, "privileged");
  return {
    ...unknownContainer(reference),
    known: true,
    name: textOf(facts, "name"),
    image,
    imageId: textOf(facts, "imageid"),
    imageRepository: textOf(facts, "imagerepo") ?? repository,
    imageTag: textOf(facts, "imagetag") ?? tag,
    imageDigest: textOf(facts, "imagedigest") ?? digest,
    privileged: typeof privileged === "boolean" ? privileged : undefined,
    labels: textsOf(member(facts, "labels")),
    ip: textOf(facts, "ip"),
  };
}

/** What `containerOfJson` reads, in the members that Falco's libs write. */
export function containerJson(container: Container): string {
  const { id, fullId, engine, name, image, imageId, privileged, labels, ip } = container;
  const { imageRepository, imageTag, imageDigest } = container;
  return JSON.stringify({
    container: {
      id,
      full_id: fullId,
      type: Math.max(0, ENGINES.indexOf(engine)),
      name,
      image,
      imageid: imageId,
      imagerepo: imageRepository,
      imagetag: imageTag,
      imagedigest: imageDigest,
      privileged,
      labels: Object.fromEntries(labels),
      ip,
    },
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = member(value, name);
  return typeof text === "string" && text !== "" && text !== INCOMPLETE ? text : undefined;
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (typeof value !== "object" || value === null) return texts;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text === "string") texts.set(name, text);
  }
  return texts;
}
