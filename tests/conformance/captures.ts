/** Captures of the corpus, played event by event. */
import "./utc.ts";
import { Buffer } from "node:buffer";
import { decodeUtf8, replaceInvalid } from "../../core/base/mod.ts";
import { type FieldDefinition, type FieldTable, renderValue } from "../../core/field/mod.ts";
import { findField, readArgument, syscallFields } from "../../core/field/mod.ts";
import { Replay, type ReplayEvent, sinkInto } from "../../core/replay/mod.ts";
import { openCapture, ScapReader } from "../../core/scap/mod.ts";
import { type HostFiles, State } from "../../core/state/mod.ts";

/** Upstream looks for users on the machine that replays. */
const RECORDER: HostFiles = {
  read: (path) =>
    path === "/etc/passwd"
      ? "games:x:5:60:games:/usr/games:/usr/sbin/nologin\n" +
        "cloudsdk:x:1000:1000::/home/cloudsdk:/bin/bash\n"
      : path === "/etc/group"
      ? "cloudsdk:x:1000:\n"
      : undefined,
  version: () => "1",
};

/** Plays a capture; `judge` sees each event while it is the current one, and ends it with `true`. */
export async function play(
  path: string,
  judge: (event: ReplayEvent, state: State) => void | boolean,
): Promise<void> {
  const state = new State({ files: RECORDER });
  let isDone: boolean | void = false;
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    if (!isDone) isDone = judge(event, state);
    state.end(event);
  }));
  using reader = new ScapReader(await openCapture(path));
  while (!isDone) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end") return;
    else if (item.kind === "fault") throw new Error(item.message);
    else replay.take(item);
  }
}

const cache = new Map<
  string,
  { definition: FieldDefinition; argument: number | string | undefined } | undefined
>();

/** How a field prints; absent when it has no value. */
export function printed(
  name: string,
  event: ReplayEvent,
  state: State,
  fields: FieldTable = syscallFields,
): string | undefined {
  if (!cache.has(name)) {
    const [, base, argument] = /^([^\[]*)(?:\[(.*)\])?$/.exec(name)!;
    const use = findField(fields, base!, argument);
    const read = use && readArgument(use.definition, use.argument);
    cache.set(
      name,
      use && read?.kind === "argument"
        ? { definition: use.definition, argument: read.value }
        : undefined,
    );
  }
  const known = cache.get(name);
  if (!known) return `no field ${name}`;
  const { extract, show = extract } = known.definition;
  const value = show(event, state, known.argument);
  return value === undefined ? undefined : replaceInvalid(renderValue(value, known.definition));
}

/** What upstream printed; bytes that are no UTF-8 stand in hexadecimal. */
export type PrintedText = string | { readonly hex: string };

/** As outputs have it: what is no UTF-8 is replaced. */
export function printedText(text: PrintedText): string {
  return typeof text === "string" ? text : replaceInvalid(decodeUtf8(Buffer.from(text.hex, "hex")));
}

/** Falco lists kinds of descriptors in the order of a hash table. */
export function ordered(name: string, text: string | undefined): string | undefined {
  return name === "fd.types" ? text?.slice(1, -1).split(",").sort().join() : text;
}
