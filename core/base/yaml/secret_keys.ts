/** Keys of secrets, in all the ways that YAML has of writing a key. */
import { hideSecrets } from "../hide_secrets.ts";
import { decodeScalar } from "./scalar.ts";
import type { SecretLines } from "./secret_lines.ts";

/** Tags and anchors. */
export const PROPERTY = String.raw`(?:!<[^\s>]{0,200}>|[&!][^\s,[\]{}"']{0,200})`;
/** All that repeats is bounded: a hostile file has a beginning of a key at every character. */
const QUOTED = String.raw`"(?:[^"\\]|\\[^]){1,256}"|'(?:[^']|''){1,256}'`;
const PLAIN = String
  .raw`(?:[-?:](?=[^\s,[\]{}])|[^\s"'#&*!|>%@${"`"}{}[\],?:-])[^\s{}[\],]{0,200}?`;
/** One too many in front of a key leaves it one. */
const SIGNS = String.raw`"'@%|>*&!,[\]{}${"`"}`;
const STRAY = `[#${SIGNS}]?`;
const ALIAS = String.raw`\*[^\s,[\]{}]{1,100}`;
/** A key behind `? `, or in brackets, may have its colon on a line below. */
const GAP = String.raw`[ \t]*(?:(?:[ \t]#[^\n]{0,1000})?\r?\n[ \t]*){0,20}`;

/** What stands in front on its line, or the sign before a member in brackets; properties; the key. */
const KEY = new RegExp(
  String
    .raw`(?:^(\ufeff?(?:---(?=[ \t]))?[ \t]*(?:[-?:${SIGNS}]{1,3}[ \t]+)*)|(?:[{,[\]}][ \t]*|(?<=:)[ \t]+)(?:[-?:${SIGNS}]{1,3}[ \t]+){0,20})` +
    `([-?:#${SIGNS}]??(?:${PROPERTY}[ \\t]+){0,5})` +
    `(?:(${QUOTED})${GAP}:|(${STRAY}${PLAIN}|${ALIAS})${GAP}:(?=\\s|$)|${STRAY}([\\w.-]{1,100})[ \\t]*:(?=\\S))`,
  "gm",
);
const EXPLICIT = /^([ \t]*(?:[-?:][ \t]+)*-?)\?(?=\s)/gm;
const NO_COLON =
  /^([ \t]*(?:-[ \t]+)*)(["']?[\w.-]{1,150}["']?)(?:[ \t]*=[ \t]*|[ \t]+)(?=[^\s:])/gm;
const NAMED = new RegExp(
  `(?<![^\\s,[{])&([^\\s,[\\]{}]{1,100})\\s{1,20}(${QUOTED}|[\\w.-]{1,100})`,
  "g",
);

export interface KeyPlace {
  /** Of the key as it is written. */
  readonly start: number;
  /** Behind its colon. */
  readonly end: number;
  /** What is below it stands right of this column. */
  readonly column: number;
  /** Behind a bracket or a comma. */
  readonly isMember: boolean;
}

/** Knows which keys name a secret. */
export class SecretKeys {
  readonly #isSecret = new Map<string, boolean>();
  /** Anchors of texts that do: aliases may be keys, too. */
  readonly #anchors = new Set<string>();

  constructor(readonly text: string, readonly lines: SecretLines) {
    for (const [, anchor, name] of text.matchAll(NAMED)) {
      if (this.names(name!)) this.#anchors.add(anchor!);
    }
  }

  /** The next one from `from` on. */
  next(from: number): KeyPlace | undefined {
    const { text } = this;
    KEY.lastIndex = from;
    for (let match; (match = KEY.exec(text));) {
      const { index, 0: all, 1: before, 2: properties = "", 3: quoted, 4: plain, 5: tight } = match;
      const name = quoted ?? plain ?? tight ?? "";
      const end = KEY.lastIndex;
      if (!this.names(name)) {
        // What seems to be a key over several lines may have others in it.
        if (name.includes("\n")) KEY.lastIndex = index + all.indexOf("\n") + 1;
        continue;
      }
      const start = index + all.indexOf(name, (before?.length ?? 1) + properties.length) +
        Math.max(0, name.search(/[\w"'*]/));
      const lineStart = this.lines.lineOf(end - 1).start;
      const column = lineStart > start
        ? end - 1 - lineStart
        : before === undefined
        ? start - lineStart
        : columnBehind(before);
      return { start, end, column, isMember: before === undefined };
    }
    return undefined;
  }

  /** Keys that begin with `? ` and are a text of several lines, or a list. */
  *explicit(): Generator<KeyPlace> {
    const { text } = this;
    for (const { index, 0: all, 1: before } of text.matchAll(EXPLICIT)) {
      const column = before!.length;
      const from = index + all.length;
      const most = text.slice(from, from + MAX_EXPLICIT);
      const colon = new RegExp(`\\n[ \\t]{${Math.min(column, 200)}}:`).exec(most);
      if (!colon) continue;
      const said = most.slice(0, colon.index);
      if (!this.names(`"${said}"`) && !this.names(said)) continue;
      yield { start: from, end: from + colon.index + colon[0].length, column, isMember: false };
    }
  }

  /** Lines that begin with such a name, and have no colon behind it. */
  *withoutColon(): Generator<KeyPlace> {
    for (const { index, 0: all, 1: before, 2: name } of this.text.matchAll(NO_COLON)) {
      if (!this.names(name!)) continue;
      const start = index + before!.length;
      yield { start, end: index + all.length, column: before!.length, isMember: false };
    }
  }

  names(written: string): boolean {
    let isSecret = this.#isSecret.get(written);
    if (isSecret === undefined) {
      this.#isSecret.set(written, isSecret = this.#namesSecret(written));
    }
    return isSecret;
  }

  #namesSecret(written: string): boolean {
    if (this.#anchors.has(written.slice(1)) && written.startsWith("*")) return true;
    const name = decoded(written).replace(/[^\w.-]+/g, "_");
    for (let at = 0; at === 0 || at < name.length; at += PIECE >> 1) {
      const line = `${name.slice(at, at + PIECE)}: x`;
      if (hideSecrets(line) !== line) return true;
    }
    return false;
  }
}

/** Of what is not sure the least. */
function columnBehind(before: string): number {
  const [, lead = "", rest = ""] = /^\ufeff?((?:---)? *)(.*)$/s.exec(before)!;
  return lead.length + (/^[- ]*$/.test(rest) ? rest.length : 0);
}

/** Of a key that is longer than a name can be: in overlapping pieces none is missed. */
const PIECE = 64;
const MAX_EXPLICIT = 2048;

const LEADING_SIGN = new RegExp(`^[-?:${SIGNS}](?=["'])`);

function decoded(given: string): string {
  const written = given.replace(LEADING_SIGN, "");
  const style = written[0] === '"' ? "double" : written[0] === "'" ? "single" : undefined;
  if (!style) return written;
  return decodeScalar({ style, text: written, start: 0, end: written.length, parentIndent: 0 });
}
