/** How much is kept of what engines and captures tell of a container. */
import { utf8Length } from "../base/mod.ts";
import type { Container, ContainerMount } from "./container_table.ts";

const MAX_LABELS = 256;
const MAX_MOUNTS = 256;
const MAX_NAME_LENGTH = 1024;
const MAX_PATH_LENGTH = 4096;
/** UTF-16 units of all labels, and of all mounts, of a container: thousands of containers are kept. */
const MAX_UNITS = 65_536;

/**
 * Labels are text that owners of containers choose: too long and too many ones are left out.
 *
 * @param maxLength bytes of a value, as Falco counts; absent: whoever told of them has counted
 */
export function boundedLabels(
  labels: Iterable<readonly [string, unknown]>,
  maxLength = Infinity,
): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  let units = 0;
  for (const [name, value] of labels) {
    if (kept.size >= MAX_LABELS) break;
    if (typeof value !== "string" || value.length > maxLength) continue;
    if (utf8Length(value) > maxLength) continue;
    if (name.length > MAX_NAME_LENGTH || units + name.length + value.length > MAX_UNITS) continue;
    units += name.length + value.length;
    kept.set(name, value);
  }
  return kept;
}

/** The first of them, as far as their texts are of a usual length. */
export function boundedMounts(mounts: Iterable<ContainerMount>): readonly ContainerMount[] {
  const kept: ContainerMount[] = [];
  let units = 0;
  for (const mount of mounts) {
    const texts = [mount.source, mount.destination, mount.mode, mount.propagation];
    if (texts.some(({ length }) => length > MAX_PATH_LENGTH)) continue;
    units += texts.reduce((sum, { length }) => sum + length, 0);
    if (kept.length >= MAX_MOUNTS || units > MAX_UNITS) break;
    kept.push(mount);
  }
  return kept;
}

/** UTF-16 units of what owners of a container may choose at length. */
export function detailUnits({ labels, podLabels, mounts, cniJson = "" }: Container): number {
  let units = cniJson.length;
  for (const [name, value] of labels) units += name.length + value.length;
  for (const [name, value] of podLabels) units += name.length + value.length;
  for (const { source, destination } of mounts) units += source.length + destination.length;
  return units;
}

/** The same without that. */
export function withoutDetails(container: Container): Container {
  return {
    ...container,
    labels: new Map(),
    podLabels: new Map(),
    mounts: [],
    cniJson: undefined,
  };
}
