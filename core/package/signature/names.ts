/** Names in certificates: whom a signature may be by. */
import { Buffer } from "node:buffer";
import { ASN1Obj } from "@sigstore/core";
import type { Verifier } from "@sigstore/verify";
import type { FoundSignature } from "./found.ts";

export type FoundIdentity = ReturnType<Verifier["verify"]>["identity"];

/** subjectAltName, and the kinds of it that have a text: RFC 5280, 4.2.1.6. */
const SUBJECT_NAMES = "2.5.29.17";
const MAILBOX = 1, HOST = 2, ADDRESS = 6;

interface Name {
  readonly kind: number;
  readonly text: string;
}

/**
 * Those that count, as with cosign: beside a signature of its versions 1 and 2 all of them, in a bundle
 * the first address, or where there is none the first mailbox.
 */
export function namesIn(identity: FoundIdentity, kind: FoundSignature["kind"]): readonly string[] {
  const names = allNamesIn(identity);
  if (kind !== "bundle") return names.map(({ text }) => text);
  const first = (kind: number) => names.find((name) => name.kind === kind);
  const name = first(ADDRESS) ?? first(MAILBOX);
  return name ? [name.text] : [];
}

/** As they are written: @sigstore/verify reads seven bits of each byte, and only one of them. */
function allNamesIn(identity: FoundIdentity): readonly Name[] {
  const lists = identity?.oids?.filter(({ oid }) => oid?.id.join(".") === SUBJECT_NAMES) ?? [];
  const [list] = lists;
  // A certificate with two of them is none for Go, and so for cosign.
  if (!list || lists.length > 1) return [];
  const names = ASN1Obj.parseBuffer(Buffer.from(list.value)).subs.flatMap(({ tag, value }) => {
    const kind = [MAILBOX, HOST, ADDRESS].find((kind) => tag.isContextSpecific(kind));
    return kind === undefined ? [] : { kind, text: value.toString("latin1") };
  });
  // Nor is one with a name of other characters: what looks like somebody is nobody.
  return names.every(({ text }) => /^[\x20-\x7e]*$/.test(text)) ? names : [];
}
