/** What sinks would fail at with their first alert, found while somebody is still looking. */
import { hideSecrets, type Report } from "../../base/mod.ts";
import { folderProblem, tlsFaults } from "../../peer/mod.ts";
import { type Registry, Secret, type SinkFault, type SinkPlugin } from "../../plugin/mod.ts";
import type { WiredSink } from "./outputs.ts";
import {
  type ConfigPath,
  isMistaken,
  type MappingNode,
  nodeAt,
  placeOf,
  spellAsWritten,
} from "./tree.ts";

export type LookFor = "run" | "check";

export interface SinkLook {
  readonly root: MappingNode;
  readonly registry: Registry;
  readonly report: Report;
  /** A run says itself at its start who has nobody to write to on this machine. */
  readonly lookFor?: LookFor;
}

/** Deeper than any configuration nests. */
const MAX_DEPTH = 16;

/**
 * Warns of what is wrong; resolves to the titles. Only of sinks whose keys are right. No error, of no sink: what
 * is missing may come to be, and until then falcod sees more than it would if it did not run.
 */
export async function lookAtSinks(
  sinks: readonly WiredSink[],
  { root, registry, report, lookFor = "run" }: SinkLook,
): Promise<readonly string[]> {
  const found = await Promise.all(sinks.map(async (sink) => {
    // What is wrong with it has been told, and that may be the reason.
    if (isMistaken(root, placeOfSink(sink))) return [];
    if (lookFor === "run" && sink.mayBeMissing && sinks.length > 1) return [];
    const faults = await faultsOf(sink, await registry.load("sink", sink.name));
    return faults.map((fault) => ({ sink, fault }));
  }));
  return found.flat().map(({ sink, fault: { path, what, help } }) => {
    // Falco's key for it has none for what falcod's own sink of that type can be told.
    const at = sink.place ? [...sink.place, ...path] : placeOfSink(sink);
    const title = `"${spellAsWritten(root, at)}": ${hideSecrets(what)}`;
    report.add({
      code: "C045",
      severity: "warning",
      title,
      at: nodeAt(root, at)?.at ?? placeOf(root, at),
      help: sink.place ? help : `${help}, in an entry of sinks with type ${sink.name}`,
    });
    return title;
  });
}

function placeOfSink({ place, name }: WiredSink): ConfigPath {
  return place ?? [`${name}_output`];
}

async function faultsOf(
  { config: given, options }: WiredSink,
  plugin: SinkPlugin,
): Promise<readonly SinkFault[]> {
  const checked = plugin.schema.safeParse(given);
  if (!checked.success) return [];
  const config = checked.data;
  return [
    ...unreadSecrets(config),
    ...isTls(config) ? tlsFaults(config.tls) : [],
    ...await plugin.check?.(config) ?? [],
    ...deadLetterFaults(options?.deadLetters),
  ];
}

function unreadSecrets(value: unknown, path: ConfigPath = []): readonly SinkFault[] {
  if (value instanceof Secret) {
    try {
      value.reveal();
      return [];
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      return [{
        path,
        what,
        help: "put it there, readable for falcod: it is read when it is used",
      }];
    }
  }
  if (typeof value !== "object" || value === null || path.length > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unreadSecrets(inner, [...path, Array.isArray(value) ? Number(key) : key])
  );
}

interface WithTls {
  readonly tls: Parameters<typeof tlsFaults>[0];
}

/** As sections of that name are in all sinks that have one. */
function isTls(config: unknown): config is WithTls {
  if (typeof config !== "object" || config === null || !("tls" in config)) return false;
  const { tls } = config;
  return typeof tls === "object" && tls !== null && "ca" in tls && "client_certificate" in tls &&
    "client_key" in tls && "insecure" in tls && !("enabled" in tls && tls.enabled === false);
}

function deadLetterFaults(file: string | undefined): readonly SinkFault[] {
  const what = file === undefined ? undefined : folderProblem(file);
  return what === undefined ? [] : [{ path: ["dead_letters"], what, help: "make it" }];
}
