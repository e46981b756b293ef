/** What arguments and options take, by the name their value has in the help: `<rule>`, `[field]`. */
import { eventNames } from "../../event/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { CODES } from "../codes/mod.ts";
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
    "names": () => fieldNames(host),
    "source": () => words(new Registry(host.plugins).eventSources()),
    "plugin": () => words(host.plugins.map(({ name }) => name)),
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

function keysAndValues({ begun }: Position): readonly Candidate[] {
  const equals = begun.indexOf("=");
  const keys = configKeys();
  if (equals < 0) return keys.map(({ key, about }) => ({ word: `${key}=`, about }));
  const name = begun.slice(0, equals);
  const values = keys.find(({ key }) => key === name)?.choices ?? [];
  return values.map((value) => ({ word: `${name}=${value}`, about: "" }));
}
