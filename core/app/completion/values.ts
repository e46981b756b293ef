/** What arguments and options take, by the name their value has in the help: `<rule>`, `[field]`. */
import { eventNames } from "../../event/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { CODES } from "../codes/mod.ts";
import { OPERATOR_WORDS, TRANSFORMER_WORDS, type Word } from "../commands/language.ts";
import { SHIPPED_FILES } from "../commands/show.ts";
import { configKeys } from "../config/keys.ts";
import { knownFieldTables } from "../fields.ts";
import type { Host } from "../host.ts";
import { prepare } from "../start.ts";
import type { Candidate } from "./candidates.ts";
import type { Position } from "./position.ts";

export type Values = (position: Position) => readonly Candidate[] | Promise<readonly Candidate[]>;

/** A name that is not here has values that nobody could guess. */
export type ValueTable = Readonly<Record<string, Values | "files">>;

export function valueTable(host: Host): ValueTable {
  return {
    "path": "files",
    "paths": "files",
    "file": "files",
    "files": "files",
    "event": (position) => position.command.name() === "explain" ? [] : words(eventNames()),
    "rule": (position) => ruleNames(position, host),
    "field": () => fieldNames(host),
    "fields": async ({ begun }) => lastOfList(begun, await fieldNames(host)),
    "from": "files",
    "names": installedPlugins,
    "source": () => words(new Registry(host.plugins).eventSources()),
    "plugin": async (position) => [
      ...await installedPlugins(position),
      ...words(position.command.name() === "info" ? [] : host.plugins.map(({ name }) => name)),
    ],
    "name": ({ command }) => {
      if (command.name() === "show") return described(SHIPPED_FILES);
      return command.parent?.name() === "sink"
        ? words(new Registry(host.plugins).names("sink"))
        : [];
    },
    "operator": () => described(mapped(OPERATOR_WORDS)),
    "transformer": () => described(mapped(TRANSFORMER_WORDS)),
    "code": () => CODES.map(({ code, title }) => ({ word: code, about: title })),
    "key=value": keysAndValues,
    "command": ({ command }) =>
      (command.parent ?? command).commands.map((each) => ({
        word: each.name(),
        about: each.description(),
      })),
    "pid:number": () => [{ word: "pid:", about: "a process" }],
  };
}

function words(names: Iterable<string>): readonly Candidate[] {
  return [...names].map((word) => ({ word, about: "" }));
}

function described(abouts: Readonly<Record<string, string>>): readonly Candidate[] {
  return Object.entries(abouts).map(([word, about]) => ({ word, about }));
}

function mapped(table: Readonly<Record<string, Word>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(table).map(([name, { does }]) => [name, does]));
}

/** Of the files after `-c` and `-r`, else of the machine's configuration. */
async function ruleNames({ given }: Position, host: Host): Promise<readonly Candidate[]> {
  const { ruleset } = await prepare({
    configPath: given.get("-c")?.at(-1),
    rulePaths: given.get("-r") ?? [],
    options: [],
    undelivered: "checked",
  }, host);
  return (ruleset?.rules ?? []).map(({ name, description }) => ({
    word: name,
    about: description,
  }));
}

async function fieldNames(host: Host): Promise<readonly Candidate[]> {
  const tables = await knownFieldTables(new Registry(host.plugins));
  const all = [...tables.values()].flatMap((table) => [...table.values()]);
  return [
    ...new Map(all.map(({ name, summary }) => [name, { word: name, about: summary }])).values(),
  ];
}

/** In the folder behind `--dir`, else in the one of every installation. */
async function installedPlugins({ given }: Position): Promise<readonly Candidate[]> {
  const { DEFAULT_PLUGINS_FOLDER, readLockFile } = await import("../../plugin/store/mod.ts");
  const entries = await readLockFile(given.get("--dir")?.at(-1) ?? DEFAULT_PLUGINS_FOLDER);
  return entries.map(({ name, version, kind }) => ({ word: name, about: `${kind} ${version}` }));
}

/** Of names between commas only the last one is being written. */
function lastOfList(begun: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const before = begun.slice(0, begun.lastIndexOf(",") + 1);
  return candidates.map(({ word, about }) => ({ word: before + word, about }));
}

function keysAndValues({ begun }: Position): readonly Candidate[] {
  const equals = begun.indexOf("=");
  const keys = configKeys();
  if (equals < 0) return keys.map(({ key, about }) => ({ word: `${key}=`, about }));
  const name = begun.slice(0, equals);
  const values = keys.find(({ key }) => key === name)?.choices ?? [];
  return values.map((value) => ({ word: `${name}=${value}`, about: "" }));
}
