/**
 * Sockets of CRI that the command line adds to falco.yaml, as options that leave the rest as it is.
 *
 * As in Falco, up to 0.39, which had a flag for them: they come behind those that are configured, in
 * place of the usual ones where none are, and switch nothing on. falco 0.39
 * userspace/falco/app/actions/init_inspectors.cpp
 */
import type { Report } from "../../base/mod.ts";
import { unfoldText } from "./check.ts";
import { CONTAINER_PLUGIN } from "./container_engines.ts";
import { type ConfigPath, type MappingNode, nodeAt, spell } from "./tree.ts";
import { flag } from "./_types.ts";

/** As `-o` takes them; absent: the configuration has nobody asked by CRI. */
export function criSocketOptions(
  root: MappingNode,
  sockets: readonly string[],
  report: Report,
): readonly string[] | undefined {
  const engines = placeOfEngines(root, report);
  if (!engines) return [newEntry(sockets)];
  const enabled = nodeAt(root, [...engines, "cri", "enabled"]);
  if (enabled?.kind === "scalar" && flag(true).safeParse(enabled.text).data === false) {
    return undefined;
  }
  const list = spell([...engines, "cri", "sockets"]);
  return sockets.map((socket) => `${list}[]=${socket}`);
}

/** The mapping of engines that counts, or would if it were there; absent: nothing is said of any. */
function placeOfEngines(root: MappingNode, report: Report): ConfigPath | undefined {
  const entry = placeOfEntry(root);
  const old = ["container_engines"];
  const isOld = nodeAt(root, old)?.kind === "mapping";
  if (!entry) return isOld ? old : undefined;
  const init = [...entry, "init_config"], engines = [...init, "engines"];
  unfold(root, init, report);
  return isOld && nodeAt(root, engines)?.kind !== "mapping" ? old : engines;
}

/** Of several only the first counts. */
function placeOfEntry(root: MappingNode): ConfigPath | undefined {
  const plugins = nodeAt(root, ["plugins"]);
  if (plugins?.kind !== "sequence") return undefined;
  const paths = [...plugins.items.keys()].map((index) => ["plugins", index]);
  return paths.find((path) => {
    const name = nodeAt(root, [...path, "name"]);
    return name?.kind === "scalar" && name.text === CONTAINER_PLUGIN;
  });
}

/** What is wrong with a text that cannot be unfolded is told by who looks at it next. */
function unfold(root: MappingNode, path: ConfigPath, report: Report): void {
  const own = report.part();
  unfoldText(root, path, own);
  if (nodeAt(root, path)?.kind === "mapping") report.absorb(own);
}

/** All of them in one: of several entries of one name only the first counts. */
function newEntry(sockets: readonly string[]): string {
  const entry = {
    name: CONTAINER_PLUGIN,
    library_path: "libcontainer.so",
    init_config: { engines: { cri: { sockets } } },
  };
  return `plugins[]=${JSON.stringify(entry)}`;
}
