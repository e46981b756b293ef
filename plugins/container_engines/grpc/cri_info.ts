/** What answers of the Container Runtime Interface say of a container and its pod. */
import {
  boundedLabels,
  boundedMounts,
  type ContainerDetails,
  type ContainerMount,
  NOTHING_TOLD,
  parseImageName,
  type WireMessage,
} from "../../../core/mod.ts";
import { type ContainerInfoJson, containerInfoJson, sandboxInfoJson } from "./schema.ts";

/** Of `NamespaceMode`. */
const NODE = 2n;
/** By `MountPropagation`. */
const PROPAGATIONS = ["private", "rslave", "rshared"];
/** As much as Falco shows. */
const MAX_CNI_LENGTH = 4096;
const MAX_TEXT = 4096;

type Details = ContainerDetails;

/** Of a `ContainerStatusResponse` and the `PodSandboxStatusResponse` of its pod, where there is one. */
export function infoOfContainer(
  answer: WireMessage,
  sandbox: WireMessage | undefined,
  labelMaxLength: number,
): Details {
  const status = answer.message(1)!;
  const info = containerInfoJson.parse(jsonOf(answer));
  const pod = sandbox ? infoOfSandbox(sandbox, labelMaxLength) : NOTHING_TOLD;
  const startedNs = status.integer(5);
  return {
    ...pod,
    ...imageOf(status, info),
    name: textOf(status.message(2), 1),
    privileged: info.config?.linux?.security_context?.privileged ?? info.privileged ?? false,
    labels: new Map([...boundedLabels(status.texts(12), labelMaxLength), ...pod.labels]),
    startNs: startedNs > 0n ? startedNs : undefined,
    mounts: boundedMounts(status.messages(14).map(mountOf)),
  };
}

/** Of a `PodSandboxStatusResponse`: what holds for every container of the pod, its sandbox as well. */
export function infoOfSandbox(answer: WireMessage, labelMaxLength: number): Details {
  const status = answer.message(1)!;
  const metadata = status.message(2);
  const network = status.message(5);
  const namespaces = status.message(6)?.message(1)?.message(2);
  const id = status.text(1);
  const addresses = [textOf(network, 1), ...(network?.messages(2) ?? []).map((ip) => textOf(ip, 1))]
    .filter((address) => address !== undefined);
  return {
    ...NOTHING_TOLD,
    labels: new Map(
      [
        ["io.kubernetes.sandbox.id", id],
        ["io.kubernetes.pod.name", textOf(metadata, 1)],
        ["io.kubernetes.pod.uid", textOf(metadata, 2)],
        ["io.kubernetes.pod.namespace", textOf(metadata, 3)],
      ].filter((label): label is [string, string] => label[1] !== undefined),
    ),
    podSandboxId: id,
    podLabels: boundedLabels(status.texts(7), labelMaxLength),
    ip: addresses.find((address) => !address.includes(":")) ?? addresses[0],
    cniJson: cniOf(answer),
    hostNetwork: namespaces && namespaces.integer(1) === NODE,
    hostPid: namespaces && namespaces.integer(2) === NODE,
    hostIpc: namespaces && namespaces.integer(3) === NODE,
  };
}

type ImageDetails = Pick<
  Details,
  "image" | "imageId" | "imageRepository" | "imageTag" | "imageDigest"
>;

/**
 * The name is what was asked for, where the engine still knows; `image_ref` is the image's name with
 * its digest, or only a digest. Names that are ids are looked for in the engine's notes.
 */
function imageOf(status: WireMessage, info: ContainerInfoJson): ImageDetails {
  const asked = textOf(status.message(8), 1) ?? "";
  const reference = textOf(status, 9) ?? "";
  const at = reference.indexOf("@sha256:");
  const digest = reference.startsWith("sha256:")
    ? reference
    : at < 0
    ? undefined
    : reference.slice(at + 1);
  const { tag: askedTag } = parseImageName(asked);
  const named = at < 0
    ? asked
    : askedTag === undefined
    ? reference.slice(0, at)
    : `${reference.slice(0, at)}:${askedTag}`;
  const known = named === "" || named.startsWith("sha256:") ? notedImage(info) ?? named : named;
  const image = writtenImage(status, info, known) ?? known;
  const { repository, tag } = parseImageName(image);
  return {
    image: image || undefined,
    // Of an image that has only an id, `image_ref` is that.
    imageId: idOf(info.config?.image?.image) ?? idOf(textOf(status, 17)) ?? idOf(reference),
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest,
  };
}

/**
 * The name that the pod has, told since Kubernetes 1.28, where the engine says another one: it knows the
 * image by its id and takes any of its names (falco 1787). Absent where both mean the same.
 */
function writtenImage(
  status: WireMessage,
  { config }: ContainerInfoJson,
  known: string,
): string | undefined {
  const written = textOf(status.message(8), 18) ?? config?.image?.user_specified_image ?? "";
  const name = parseImageName(written).repository?.replace(
    /^(?:index\.)?docker\.io\/(?:library\/)?/,
    "",
  );
  if (!name) return undefined;
  const { repository = "" } = parseImageName(known);
  return repository === name || repository.endsWith(`/${name}`) ? undefined : written;
}

const IMAGE_NOTES = [
  "io.kubernetes.cri.image-name",
  "io.kubernetes.cri-o.Image",
  "io.kubernetes.cri-o.ImageName",
];

function notedImage({ runtimeSpec }: ContainerInfoJson): string | undefined {
  const notes = IMAGE_NOTES.map((name) => runtimeSpec?.annotations[name]);
  return notes.find((note): note is string =>
    typeof note === "string" && note !== "" && note.length <= MAX_TEXT
  );
}

function idOf(reference: string | undefined): string | undefined {
  return /^(?:sha256:)?([0-9a-f]{64})$/.exec(reference ?? "")?.[1];
}

function mountOf(mount: WireMessage): ContainerMount {
  return {
    source: mount.text(2),
    destination: mount.text(1),
    mode: "",
    writable: !mount.flag(3),
    propagation: PROPAGATIONS[Number(mount.integer(5))] ?? "unknown",
  };
}

/**
 * Interfaces and addresses; without the ends of cables on the host's side, the loopback, routes and
 * DNS, which tell nothing of the pod.
 */
function cniOf(answer: WireMessage): string | undefined {
  const { cniResult, runtimeSpec } = sandboxInfoJson.parse(jsonOf(answer));
  if (!cniResult) {
    const noted = runtimeSpec?.annotations["io.kubernetes.cri-o.CNIResult"];
    return typeof noted === "string" ? noted.slice(0, MAX_CNI_LENGTH) || undefined : undefined;
  }
  const { DNS: _dns, Routes: _routes, Interfaces, ...rest } = cniResult;
  if (typeof Interfaces !== "object" || Interfaces === null) return undefined;
  const own = Object.entries(Interfaces).filter(([name]) => name !== "lo" && !/^veth/.test(name));
  const text = JSON.stringify({ Interfaces: Object.fromEntries(own), ...rest });
  return text.slice(0, MAX_CNI_LENGTH);
}

/** Entry "info" of a verbose answer; whatever it is, the schemas make something of it. */
function jsonOf(answer: WireMessage): unknown {
  const text = answer.texts(2).find(([name]) => name === "info")?.[1];
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Absent where it is empty or too long. */
function textOf(message: WireMessage | undefined, field: number): string | undefined {
  const text = message?.text(field) ?? "";
  return text === "" || text.length > MAX_TEXT ? undefined : text;
}
