/** Whose signature one is where its certificate has several names. */
import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  IDENTITY,
  ISSUER_URL,
  type Signing,
  TestSigstore,
} from "../../../tests/packages/sigstore.ts";
import { type Bytes, der, text } from "../../../tests/certificates.ts";
import type { Wanted } from "../../plugin/store/mod.ts";
import type { FoundSignature } from "./found.ts";
import { trustedRoot } from "./trusted_root.ts";
import { Untrusted } from "./untrusted.ts";
import { verifierFor } from "./verify.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const MAILBOX = 1, HOST = 2, ADDRESS = 6, NUMBER = 7;
/** otherName, whose bit says that it has parts. */
const OTHER = 0x20;
const MAIL = "releases@example.org";
const EVE = "https://github.com/eve/pager/x.yml";
const USER = "releases!example.org";
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** 1.3.6.1.4.1.57264.1.7 */
const FULCIO = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x07];
/** 1.3.6.1.4.1.311.20.2.3, by which Windows calls users. */
const WINDOWS = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03];

/** What an otherName holds, RFC 5280 4.2.1.6, as the names of a signing want it. */
const latin1 = (bytes: Bytes) => String.fromCharCode(...bytes);
const other = (value: Bytes, id: Bytes = FULCIO) => latin1([...der(0x06, id), ...value]);
const user = (name: string, id?: Bytes) => other(der(0xa0, der(0x0c, text(name))), id);

type Kind = Exclude<FoundSignature["kind"], "unreadable">;

/** Who has signed; undefined: it does not count. */
async function signedBy(kind: Kind, signing: Signing, identity: Wanted) {
  const sigstore = await TestSigstore.start();
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, sigstore.root);
  const trust = trustedRoot(file);
  await Deno.remove(file);
  const signer = { kind: "identity", issuer: { is: ISSUER_URL }, ignoresLog: false } as const;
  const { verify } = verifierFor({ ...signer, identity }, trust);
  if (kind === "bundle") {
    return verify({ kind, json: bytesOf(await sigstore.bundle(DIGEST, signing)) }, DIGEST);
  }
  const { payload, annotations } = await sigstore.simple(DIGEST, signing);
  return verify({ kind, payload: bytesOf(payload), annotations }, DIGEST);
}

const both: Signing["names"] = [[MAILBOX, MAIL], [ADDRESS, IDENTITY]];
const two: Signing["names"] = [[ADDRESS, IDENTITY], [ADDRESS, EVE]];

/** `counts`: in which kinds of signatures. */
const CASES: Readonly<
  Record<string, readonly [names: Signing["names"], wanted: Wanted, counts: readonly Kind[]]>
> = {
  "an address behind a mailbox": [both, { is: IDENTITY }, ["simple", "bundle"]],
  "a mailbox beside an address": [both, { is: MAIL }, ["simple"]],
  "a mailbox beside an address, found": [both, { matches: "^releases@" }, ["simple"]],
  "a mailbox alone": [[[MAILBOX, MAIL]], { is: MAIL }, ["simple", "bundle"]],
  "the first mailbox": [[[MAILBOX, MAIL], [MAILBOX, "x@y"]], { is: MAIL }, ["simple", "bundle"]],
  "the second mailbox": [[[MAILBOX, "x@y"], [MAILBOX, MAIL]], { is: MAIL }, ["simple"]],
  "the first address": [two, { is: IDENTITY }, ["simple", "bundle"]],
  "the second address": [two, { is: EVE }, ["simple"]],
  "a host": [[[HOST, "build.example"]], { is: "build.example" }, ["simple"]],
  "another name": [both, { is: EVE }, []],
  "two names as one": [both, { matches: "org.*https" }, []],
  "all names as one": [two, { matches: `^${IDENTITY} and ` }, []],
  "no name": [[], { matches: ".*" }, []],
  "an empty name": [[[ADDRESS, ""]], { matches: "^x" }, []],
  "the number of a machine": [[[NUMBER, "\x0a\x01\x02\xff"]], { is: "10.1.2.255" }, ["simple"]],
  "its number of IPv6": [
    [[NUMBER, latin1([0x20, 0x01, 0x0d, 0xb8, ...Array(11).fill(0), 1])]],
    { is: "2001:db8::1" },
    ["simple"],
  ],
  "a number of IPv4 within IPv6": [
    [[NUMBER, latin1([...Array(10).fill(0), 0xff, 0xff, 127, 0, 0, 1])]],
    { is: "127.0.0.1" },
    ["simple"],
  ],
  "the bytes of a number": [[[NUMBER, "1234"]], { matches: "1234" }, []],
  "the name of a user": [[[OTHER, user(USER)]], { is: USER }, ["simple", "bundle"]],
  "the name of a user beyond ASCII": [
    [[OTHER, user("jürgen!example.org")]],
    { is: "jürgen!example.org" },
    ["simple", "bundle"],
  ],
  "the name of a user beyond ASCII, found": [
    [[OTHER, user("jürgen!example.org")]],
    { matches: "^j.rgen!" },
    ["simple", "bundle"],
  ],
  "the name of a user behind a mailbox": [
    [[MAILBOX, MAIL], [OTHER, user(USER)]],
    { is: USER },
    ["simple"],
  ],
  "a mailbox beside the name of a user": [
    [[OTHER, user(USER)], [MAILBOX, MAIL]],
    { is: MAIL },
    ["simple", "bundle"],
  ],
  "the name of a user behind an empty address": [
    [[ADDRESS, ""], [MAILBOX, MAIL], [OTHER, user(USER)]],
    { is: USER },
    ["simple", "bundle"],
  ],
  "one of two names of users": [[[OTHER, user(USER)], [OTHER, user("x!y")]], { is: USER }, []],
  "the name of a user beside one of Windows": [
    [[OTHER, user("x@y", WINDOWS)], [OTHER, user(USER)]],
    { is: USER },
    [],
  ],
  "a name of Windows": [[[OTHER, user(USER, WINDOWS)]], { is: USER }, []],
  "an address beside a name of Windows that is no text": [
    [[OTHER, other(der(0xa0, der(0x30)), WINDOWS)], [ADDRESS, IDENTITY]],
    { is: IDENTITY },
    ["simple", "bundle"],
  ],
  "an empty name of a user": [[[OTHER, user("")]], { matches: ".*" }, []],
  "the name of a user that turns around": [
    [[OTHER, user("a\u202eb")]],
    { matches: "^a" },
    [],
  ],
  "an address beside one of other characters": [
    [[ADDRESS, IDENTITY], [ADDRESS, EVE.replace("h", "\xe8")]],
    { is: IDENTITY },
    [],
  ],
  "a mailbox beside one with a new line": [
    [[MAILBOX, MAIL], [MAILBOX, `x\n${MAIL}`]],
    { is: MAIL },
    [],
  ],
};

for (const [what, [names, wanted, counts]] of Object.entries(CASES)) {
  for (const kind of ["simple", "bundle"] as const) {
    const does = counts.includes(kind) ? "takes" : "does not take";
    Deno.test(`verify() ${does} ${what} in a certificate of a ${kind} signature`, async () => {
      const signing = names ? { names } : {};
      if (!counts.includes(kind)) {
        const error = await signedBy(kind, signing, wanted).catch((error) => error);
        assert(error instanceof Untrusted, String(error));
        assert(error.message.startsWith("is by "), error.message);
        return;
      }
      const by = await signedBy(kind, signing, wanted);
      if ("is" in wanted) assertEquals(by, wanted.is);
      else assert(names?.some(([, name]) => name.endsWith(latin1(text(by)))), by);
    });
  }
}

Deno.test("verify() names all whom a signature is by that is not by whom it has to be", async () => {
  const error = await signedBy("simple", { names: both! }, { is: EVE }).catch((error) => error);
  assertEquals(error.message, `is by ${MAIL} and ${IDENTITY}`);
});

Deno.test("verify() takes no certificate with two lists of names", async () => {
  for (const kind of ["simple", "bundle"] as const) {
    const error = await signedBy(kind, { lists: 2 }, { is: IDENTITY }).catch((error) => error);
    assertEquals(error.message, "is by nobody");
  }
});

/** Beside an address that counts; the list of names is right but for them. */
const GARBAGE: Readonly<Record<string, readonly [kind: number, name: string, wanted: RegExp]>> = {
  "a number of three bytes": [NUMBER, "123", /an IP address of 3 bytes$/],
  "a number without bytes": [NUMBER, "", /an IP address of 0 bytes$/],
  "bytes for a name of a user": [OTHER, "\xff\xff\xff", /no list of names$/],
  "a name of a user that ends early": [OTHER, user(USER).slice(0, -1), /no list of names$/],
  "a name of a user with nothing in it": [OTHER, "", /that is none$/],
  "a name of a user without its value": [OTHER, latin1(der(0x06, FULCIO)), /that is none$/],
  "a name of a user with more behind it": [
    OTHER,
    user(USER) + latin1(der(0x0c, text("x"))),
    /that is none$/,
  ],
  "a name of a user that has no parts": [0, user(USER), /that is none$/],
  "a name of a user without its kind": [
    OTHER,
    latin1([...der(0x0c, text("x")), ...der(0xa0, der(0x0c, text(USER)))]),
    /that is none$/,
  ],
  "a name of a user that is not held": [OTHER, other(der(0x0c, text(USER))), /no text$/],
  "a name of a user held twice": [
    OTHER,
    other(der(0xa0, der(0xa0, der(0x0c, text(USER))))),
    /no text$/,
  ],
  "a name of a user that is a number": [OTHER, other(der(0xa0, der(0x02, [1]))), /no text$/],
  "two texts as the name of a user": [
    OTHER,
    other(der(0xa0, der(0x0c, text(USER)), der(0x0c, text("x")))),
    /no text$/,
  ],
  "a name of a user that is not UTF-8": [
    OTHER,
    other(der(0xa0, der(0x0c, [0x61, 0xff]))),
    /not UTF-8$/,
  ],
  "a mailbox in pieces": [0x20 | MAILBOX, latin1(der(0x0c, text(MAIL))), /a name in pieces$/],
};

for (const [what, [number, name, why]] of Object.entries(GARBAGE)) {
  Deno.test(`verify() takes no certificate with ${what}, and says why`, async () => {
    for (const kind of ["simple", "bundle"] as const) {
      const signing: Signing = { names: [[ADDRESS, IDENTITY], [number, name]] };
      const error = await signedBy(kind, signing, { is: IDENTITY }).catch((error) => error);
      assert(error instanceof Untrusted, String(error));
      assert(/^has a certificate whose names cannot be read: there is /.test(error.message));
      assert(why.test(error.message), error.message);
    }
  });
}
