/** Signatures that cannot be fetched: they take nothing away from others, and add nothing to them. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import {
  BUNDLE,
  IDENTITY,
  ISSUER_URL,
  SIMPLE_SIGNING,
  TestSigstore,
} from "../../../tests/packages/sigstore.ts";
import { PackageError } from "../../plugin/store/mod.ts";
import type { Fetching } from "../get.ts";
import { OciRepository } from "../oci_registry.ts";
import { inTime } from "../time_limits.ts";
import { checkSigned } from "./check.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER_DIGEST = `sha256:${"b".repeat(64)}`;
const TAG = DIGEST.replace(":", "-");
const EVE = { identity: "https://github.com/eve/pager/x.yml" };
const SIGNER = {
  kind: "identity",
  issuer: { is: ISSUER_URL },
  identity: { is: IDENTITY },
  ignoresLog: false,
} as const;

type Answer = (request: Request) => Response;

const broken: Answer = () => new Response("out of order", { status: 500 });
/** A byte now and then, and never the last. */
const dripping: Answer = () => {
  const body = new ReadableStream({
    pull: (stream) => delay(10).then(() => stream.enqueue(new Uint8Array([32]))),
  });
  return new Response(body);
};

/** A registry with signatures of one artifact; what it does not have is 404. */
class Scene implements AsyncDisposable {
  readonly sigstore: TestSigstore;
  readonly #answers = new Map<string, Answer>();
  readonly #root = Deno.makeTempFileSync({ suffix: ".json" });
  readonly #server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const path = new URL(request.url).pathname.replace("/v2/pager/", "");
      return this.#answers.get(path)?.(request) ?? new Response("", { status: 404 });
    },
  );

  private constructor(sigstore: TestSigstore) {
    this.sigstore = sigstore;
    Deno.writeTextFileSync(this.#root, sigstore.root);
  }

  static async start(): Promise<Scene> {
    return new Scene(await TestSigstore.start());
  }

  set(path: string, answer: Answer): void {
    this.#answers.set(path, answer);
  }

  /** The digest of its manifest, and of what is in it. */
  bundle(json: string) {
    const blob = this.#keep("blobs", json);
    const layers = [{ mediaType: BUNDLE, digest: blob, size: json.length }];
    return { manifest: this.#keep("manifests", JSON.stringify({ layers })), blob };
  }

  #keep(where: string, content: string): string {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    this.set(`${where}/${digest}`, () => new Response(content));
    return digest;
  }

  list(...bundles: readonly { readonly manifest: string }[]): void {
    const manifests = bundles.map(({ manifest }) => ({
      artifactType: BUNDLE,
      digest: manifest,
      size: 1,
    }));
    this.set(`referrers/${DIGEST}`, () => Response.json({ manifests }));
  }

  async simple(signing = {}): Promise<void> {
    const { payload, annotations } = await this.sigstore.simple(DIGEST, signing);
    const digest = this.#keep("blobs", payload);
    const layers = [{ mediaType: SIMPLE_SIGNING, digest, size: payload.length, annotations }];
    this.set(`manifests/${TAG}.sig`, () => Response.json({ layers }));
  }

  async check(given: Partial<Fetching> = {}, mostMs = 60_000): Promise<string> {
    const fetching: Fetching = {
      environment: () => undefined,
      certificateFile: "",
      trustedRootFile: this.#root,
      verifies: true,
      allowsPlain: true,
      ...given,
    };
    const host = `127.0.0.1:${this.#server.addr.port}`;
    const origin = { kind: "oci", host, repository: "pager", reference: "1" } as const;
    const what = { digest: DIGEST, from: "pager", signer: SIGNER, trustedRootFile: this.#root };
    return await inTime(
      fetching,
      { mostMs, what: "Fetching signatures" },
      (fetching) => checkSigned({ ...what, repository: new OciRepository(origin, fetching) }),
    );
  }

  async refuses(code: string, wanted: RegExp, mostMs?: number): Promise<void> {
    await assertRejects(this.check({}, mostMs), (error) => {
      assert(error instanceof PackageError, String(error));
      assertEquals([error.code, wanted.test(error.message)], [code, true], error.message);
      return true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Deno.removeSync(this.#root);
    await this.#server.shutdown();
  }
}

function test(name: string, fn: (scene: Scene) => Promise<void>): void {
  Deno.test(`checkSigned() ${name}`, async () => {
    await using scene = await Scene.start();
    await fn(scene);
  });
}

const FAILURES: Readonly<Record<string, Answer>> = {
  "answered with 500": broken,
  "not allowed": () => new Response("", { status: 403 }),
  "nonsense": () => new Response("<html>"),
  "something else": () => Response.json({ layers: [] }),
  "cut short": () => new Response("{", { headers: { "content-length": "2000" } }),
  "on a server without end": (request) => Response.redirect(request.url),
};

for (const [what, answer] of Object.entries(FAILURES)) {
  test(`takes one that is right beside one that is ${what}`, async (scene) => {
    const { sigstore } = scene;
    const first = scene.bundle(await sigstore.bundle(DIGEST));
    const second = scene.bundle(await sigstore.bundle(DIGEST));
    const right = scene.bundle(await sigstore.bundle(DIGEST));
    scene.list(first, right, second);
    scene.set(`manifests/${first.manifest}`, answer);
    scene.set(`blobs/${second.blob}`, answer);
    assertEquals(await scene.check(), IDENTITY);
    // Without it nothing is left.
    scene.set(`blobs/${right.blob}`, answer);
    await scene.refuses("I006", /a signature that cannot be fetched: /);
  });
}

test("says what could not be fetched where the others are wrong", async (scene) => {
  const { sigstore } = scene;
  const wrong = [EVE, EVE, { usedAfterMinutes: 11 }, { isUnknown: true }];
  const bundles = await Promise.all(wrong.map((signing) => sigstore.bundle(DIGEST, signing)));
  const lost = scene.bundle(await sigstore.bundle(DIGEST));
  scene.list(...bundles.map((bundle) => scene.bundle(bundle)), lost);
  scene.set(`blobs/${lost.blob}`, broken);
  await scene.refuses(
    "I006",
    /there is a signature that cannot be fetched: .* answered 500 for .*out of order, a signature that is by .*eve.*, and 1 other$/,
  );
});

test("takes one of one list where the other cannot be asked for", async (scene) => {
  scene.list(scene.bundle(await scene.sigstore.bundle(DIGEST)));
  scene.set(`manifests/${TAG}.sig`, broken);
  assertEquals(await scene.check(), IDENTITY);
  scene.set(`referrers/${DIGEST}`, broken);
  scene.set(`manifests/${TAG}`, broken);
  await scene.refuses("I002", /answered 500 for the manifest "sha256-a+"/);
  await scene.simple(EVE);
  await scene.refuses("I006", /is by .*eve.*; there may be others: .*answered 500 for/);
  await scene.simple();
  assertEquals(await scene.check(), IDENTITY);
});

test("asks for the tag where the list of what refers to it is out of order", async (scene) => {
  scene.set(`referrers/${DIGEST}`, broken);
  await scene.refuses("I002", /answered 500 for what refers to sha256:a+: out of order/);
  const { manifest } = scene.bundle(await scene.sigstore.bundle(DIGEST));
  const manifests = [{ artifactType: BUNDLE, digest: manifest, size: 1 }];
  scene.set(`manifests/${TAG}`, () => Response.json({ manifests }));
  assertEquals(await scene.check(), IDENTITY);
});

test("does not ask for what a registry has never heard of", async (scene) => {
  for (const status of [400, 404, 405, 501]) {
    scene.set(`referrers/${DIGEST}`, () => new Response("", { status }));
    await scene.refuses("I006", /there is no signature$/);
  }
});

test("takes nothing because something else is missing", async (scene) => {
  const { sigstore } = scene;
  const ofOther = scene.bundle(await sigstore.bundle(OTHER_DIGEST));
  const byEve = scene.bundle(await sigstore.bundle(DIGEST, EVE));
  const right = scene.bundle(await sigstore.bundle(DIGEST));
  scene.list(ofOther, byEve, right);
  // What comes is another one than was listed.
  const other = await sigstore.bundle(OTHER_DIGEST);
  scene.set(`blobs/${right.blob}`, () => new Response(other));
  scene.set(`manifests/${TAG}.sig`, broken);
  await scene.refuses("I006", /cannot be fetched: .*is of sha256:bbbb.*is by .*eve.*answered 500/);
});

test("does not wait for one that drips, and takes what has come", async (scene) => {
  const { sigstore } = scene;
  const slow = scene.bundle(await sigstore.bundle(DIGEST));
  const right = scene.bundle(await sigstore.bundle(DIGEST));
  scene.list(slow, right);
  scene.set(`blobs/${slow.blob}`, dripping);
  scene.set(`manifests/${TAG}.sig`, dripping);
  assertEquals(await scene.check({}, 500), IDENTITY);
  scene.list(slow);
  const message = /cannot be fetched: Fetching signatures takes longer than .*there may be others/;
  await scene.refuses("I006", message, 500);
  scene.set(`referrers/${DIGEST}`, dripping);
  await scene.refuses("I002", /^Fetching signatures takes longer than/, 500);
});

test("ends when nobody wants it any more", async (scene) => {
  const slow = scene.bundle(await scene.sigstore.bundle(DIGEST));
  scene.list(slow, scene.bundle(await scene.sigstore.bundle(DIGEST)));
  scene.set(`blobs/${slow.blob}`, dripping);
  const stopped = new AbortController();
  const checking = scene.check({ signal: stopped.signal });
  setTimeout(() => stopped.abort(), 200);
  await assertRejects(checking, /abort/i);
});
