/**
 * container.mount…: what is mounted in the process's container.
 *
 * One mount is meant by its number or by a path, in which `*` stands for any text: the first that fits.
 * Falco documents such patterns; since 0.41 it looks for them as regular expressions anywhere in the
 * path, so that `[/]` fits every mount. Here they mean what the documentation says.
 */
import { matchesWildcard } from "../base/mod.ts";
import { type ContainerMount, NOTHING_TOLD } from "../state/mod.ts";
import { toldField } from "./_container.ts";
import type { FieldArgument, FieldDefinition } from "./field.ts";

export const containerMountFields: readonly FieldDefinition[] = [
  toldField({
    name: "container.mounts",
    summary: "Mounts of the container, source:dest:mode:rdwr:propagation, separated by commas",
    onHost: "",
    // Of those whose engine is not there, mounts may be on disk: what was told is another list.
    read: ({ known, mounts }) =>
      known || mounts !== NOTHING_TOLD.mounts ? textOf(mounts) : undefined,
  }),
  mountField("container.mount", "One mount, source:dest:mode:rdwr:propagation", mountText),
  mountField(
    "container.mount.source",
    "Source of one mount",
    ({ source }) => source,
    "destination",
  ),
  mountField("container.mount.dest", "Destination of one mount", ({ destination }) => destination),
  mountField("container.mount.mode", "Options of one mount", ({ mode }) => mode),
  mountField(
    "container.mount.rdwr",
    "true where one mount is writable, else false",
    ({ writable }) => String(writable),
  ),
  mountField(
    "container.mount.propagation",
    "Propagation of one mount",
    ({ propagation }) => propagation,
  ),
];

function mountField(
  name: string,
  summary: string,
  read: (mount: ContainerMount) => string,
  by: "source" | "destination" = "source",
): FieldDefinition {
  return toldField({
    name,
    summary: `${summary}, by its number or ${by} (* is any text)`,
    argument: { required: true, kind: "either" },
    read: ({ mounts }, argument) => {
      const mount = mountOf(mounts, argument, by);
      return mount && read(mount);
    },
  });
}

function mountOf(
  mounts: readonly ContainerMount[],
  argument: FieldArgument,
  by: "source" | "destination",
): ContainerMount | undefined {
  if (typeof argument === "number") return mounts[argument];
  return mounts.find((mount) => matchesWildcard(String(argument), mount[by]));
}

function mountText({ source, destination, mode, writable, propagation }: ContainerMount): string {
  return `${source}:${destination}:${mode}:${writable}:${propagation}`;
}

const texts = new WeakMap<readonly ContainerMount[], string>();

function textOf(mounts: readonly ContainerMount[]): string {
  let text = texts.get(mounts);
  if (text === undefined) texts.set(mounts, text = mounts.map(mountText).join(","));
  return text;
}
