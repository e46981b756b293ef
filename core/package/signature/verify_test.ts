/** Whose signature one is where its certificate has several names. */
import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  IDENTITY,
  ISSUER_URL,
  type Signing,
  TestSigstore,
} from "../../../tests/packages/sigstore.ts";
import type { Wanted } from "../../plugin/store/mod.ts";
import type { FoundSignature } from "./found.ts";
import { trustedRoot } from "./trusted_root.ts";
import { Untrusted } from "./untrusted.ts";
import { verifierFor } from "./verify.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const MAILBOX = 1, HOST = 2, ADDRESS = 6, NUMBER = 7;
const MAIL = "releases@example.org";
const EVE = "https://github.com/eve/pager/x.yml";
const bytesOf = (text: string) => new TextEncoder().encode(text);

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
  "a number of a machine": [[[NUMBER, "1234"]], { matches: ".*" }, []],
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
      else assert(names?.some(([, name]) => name === by), by);
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
