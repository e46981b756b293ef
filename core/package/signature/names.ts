/** Names in certificates: whom a signature may be by. */
import { Buffer } from "node:buffer";
import { ASN1Obj, type X509Certificate } from "@sigstore/core";
import { addressText } from "../../base/mod.ts";
import type { FoundSignature } from "./found.ts";
import { Untrusted } from "./untrusted.ts";

/** subjectAltName, 2.5.29.17, and the kinds of it that have a text: RFC 5280, 4.2.1.6. */
const SUBJECT_NAMES = Buffer.from("551d11", "hex");
const OTHER = 0, MAILBOX = 1, HOST = 2, ADDRESS = 6, NUMBER = 7;

/** Tags of DER. */
const UTF8_STRING = 0x0c, SEQUENCE = 0x30;

interface Name {
  readonly kind: number;
  readonly text: string;
}

/**
 * Those that count, as with cosign: beside a signature of its versions 1 and 2 all of them, in a bundle
 * the first address, or where there is none the first mailbox, or else the name of another kind.
 * Throws where they cannot be read.
 */
export function namesIn(
  certificate: X509Certificate,
  kind: FoundSignature["kind"],
): readonly string[] {
  const names = allNamesIn(certificate);
  if (kind !== "bundle") return names.map(({ text }) => text);
  const first = (kind: number) => names.find((name) => name.kind === kind)?.text;
  const name = (first(ADDRESS) ?? first(MAILBOX)) || first(OTHER);
  return name ? [name] : [];
}

/** As they are written: @sigstore/verify reads seven bits of each byte, and only one of them. */
function allNamesIn(certificate: X509Certificate): readonly Name[] {
  const lists = certificate.extensions.filter(({ subs: [id] }) =>
    id?.tag.isOID() && id.value.equals(SUBJECT_NAMES)
  );
  const [list] = lists;
  // A certificate with two of them is none for Go, and so for cosign.
  if (!list || lists.length > 1) return [];
  const entries = entriesOf(list.subs.at(-1)!.value);
  const names = [...entries.flatMap((entry) => plainName(entry) ?? []), ...otherName(entries)];
  // Nor is one with a name of other characters: what looks like somebody is nobody.
  return names.every(isReadable) ? names : [];
}

function isReadable({ kind, text }: Name): boolean {
  return (kind === OTHER ? /^[^\p{C}\p{Zl}\p{Zp}]*$/u : /^[\x20-\x7e]*$/).test(text);
}

function entriesOf(value: Buffer): readonly ASN1Obj[] {
  let list: ASN1Obj;
  try {
    list = ASN1Obj.parseBuffer(Buffer.from(value));
  } catch (cause) {
    throw unreadable("no list of names", cause);
  }
  const { tag, subs } = list;
  if (tag.toDER() !== SEQUENCE) throw unreadable("no list of names");
  if (!subs.every(({ tag }) => tag.isContextSpecific())) throw unreadable("a name of no kind");
  return subs;
}

function plainName({ tag, value }: ASN1Obj): Name | undefined {
  const kind = tag.number;
  if (![MAILBOX, HOST, ADDRESS, NUMBER].includes(kind)) return undefined;
  if (tag.constructed) throw unreadable("a name in pieces");
  return { kind, text: kind === NUMBER ? numberText(value) : value.toString("latin1") };
}

/** As Go prints it: IPv4 within IPv6 is IPv4. */
function numberText(value: Buffer): string {
  const text = addressText(value);
  if (text === "") throw unreadable(`an IP address of ${value.length} bytes`);
  return text.replace(/^::ffff:(?=.*\.)/, "");
}

/** What Fulcio calls users by that have no mailbox, 1.3.6.1.4.1.57264.1.7: its docs/oid-info.md. */
const USER_NAME = Buffer.from("2b0601040183bf300107", "hex");

/** As with cosign none counts where there are several, or one that means something else. */
function otherName(entries: readonly ASN1Obj[]): readonly Name[] {
  const texts = entries.filter(({ tag }) => tag.number === OTHER).map(userName);
  const [text] = texts;
  return text && texts.length === 1 ? [{ kind: OTHER, text }] : [];
}

/**
 * Absent where it is not Fulcio's: others hold whatever they want. Go takes more kinds of text, and
 * passes over what it cannot read; nobody who means well writes such names.
 */
function userName({ tag, subs: [id, holder, ...rest] }: ASN1Obj): string | undefined {
  if (!tag.constructed || !id?.tag.isOID() || !holder || rest.length > 0) {
    throw unreadable("a name of another kind that is none");
  }
  if (!id.value.equals(USER_NAME)) return undefined;
  const [text, ...more] = holder.subs;
  const isHeld = holder.tag.isContextSpecific(0) && more.length === 0;
  if (!isHeld || text?.tag.toDER() !== UTF8_STRING) {
    throw unreadable("a name of a user that is no text");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text.value);
  } catch (cause) {
    throw unreadable("a name of a user that is not UTF-8", cause);
  }
}

function unreadable(what: string, cause?: unknown): Untrusted {
  return new Untrusted(`has a certificate whose names cannot be read: there is ${what}`, { cause });
}
