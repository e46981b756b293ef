/** Plugins that somebody has to have signed, in Debian's registry: which are installed, and which not. */
import { assert, assertEquals } from "../assert.ts";
import { FALCOD, INDEX, MANIFEST } from "./oci_registry.ts";
import { fails, succeeds } from "./running.ts";
import { HOME, IDENTITY_WANTED, newKey, plugin, refuses, test } from "./signed_scene.ts";
import { pushBundles, pushSimple } from "./signed.ts";
import { IDENTITY, type Signing, type Simple, TestSigstore } from "./sigstore.ts";

test("installs what is signed by whom the index names, and says by whom", async (scene) => {
  const { registry, sigstore, digest, add, place } = scene;
  await pushSimple(registry, "pager", { digest, signatures: [await sigstore.simple(digest)] });
  const { error } = await succeeds(add, HOME);
  assert(error.includes(`signed by ${IDENTITY}`), error);
  const { out } = await succeeds(["info", "pager", "--dir", place.plugins]);
  const wanted = 'by somebody whom the expression "https://github.com/example/pager/" finds, ' +
    "vouched for by https://token.example";
  assert(out.includes(wanted), out);
});

test("takes signatures of cosign 3", async ({ registry, sigstore, digest, add }) => {
  await pushBundles(registry, "pager", { digest, bundles: [await sigstore.bundle(digest)] });
  await succeeds(add, HOME);
});

test("takes one that is right among others that are not", async (scene) => {
  const { registry, sigstore, digest, add } = scene;
  const other = await sigstore.simple(digest, { identity: "https://github.com/eve/pager/" });
  const signatures = [other, await sigstore.simple(digest), other];
  await pushSimple(registry, "pager", { digest, signatures });
  await pushBundles(registry, "pager", { digest, bundles: ["{}", "[".repeat(1000)] });
  await succeeds(add, HOME);
});

test("refuses what nobody has signed", async (scene) => {
  await refuses(
    scene,
    /error\[I006\].*there is no signature[^]*has to be signed by .*vouched for by/,
  );
});

test("wants somebody's word for the time of a certificate, also without a log", async (scene) => {
  const { registry, sigstore, digest, add, index } = scene;
  index({ ...IDENTITY_WANTED, "ignore-tlog": true });
  const push = async (signing: Signing) => {
    const signatures = [await sigstore.simple(digest, signing)];
    await pushSimple(registry, "pager", { digest, signatures });
  };
  await push({ isUnknown: true });
  await refuses(scene, /error\[I006\].*nobody's word for when it was made/);
  await push({});
  await succeeds(add, HOME);
});

test("takes an issuer from where certificates of 2022 have it", async (scene) => {
  const { registry, sigstore, digest, add } = scene;
  const signatures = [await sigstore.simple(digest, { oldIssuer: true })];
  await pushSimple(registry, "pager", { digest, signatures });
  await succeeds(add, HOME);
});

test("wants the list of all platforms signed, where there is one", async (scene) => {
  const { registry, sigstore, digest, add } = scene;
  const architecture = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
  const text = await fetch(`${registry.url}/v2/pager/manifests/${digest}`, {
    headers: { accept: MANIFEST },
  }).then((response) => response.text());
  const platform = { os: "linux", architecture };
  const own = { mediaType: MANIFEST, digest, size: text.length, platform };
  const list = { schemaVersion: 2, mediaType: INDEX, manifests: [own] };
  const listDigest = await registry.manifest("pager", "1", list);
  const sign = async (digest: string) =>
    await pushSimple(registry, "pager", { digest, signatures: [await sigstore.simple(digest)] });
  await sign(digest);
  await refuses(scene, /error\[I006\].*there is no signature/);
  await sign(listDigest);
  await succeeds(add, HOME);
});

test("asks a registry that knows what refers to what", async (scene) => {
  const { registry, sigstore, digest, add } = scene;
  await pushBundles(registry, "pager", { digest, bundles: [await sigstore.bundle(digest)] });
  const tag = digest.replace(":", "-");
  await using front = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith(`/manifests/${tag}`)) return new Response("", { status: 404 });
    const path = pathname.replace(`/referrers/${digest}`, `/manifests/${tag}`);
    const accept = request.headers.get("accept") ?? "*/*";
    return fetch(`${registry.url}${path}`, { headers: { accept } });
  });
  const host = `127.0.0.1:${front.addr.port}`;
  const indexFile = add.find((argument) => argument.endsWith("index.yaml"))!;
  const index = Deno.readTextFileSync(indexFile);
  Deno.writeTextFileSync(indexFile, index.replace(registry.host, host));
  await succeeds(add.map((argument) => argument.replace(registry.host, host)), HOME);
});

const OTHER_DIGEST = `sha256:${"1".repeat(64)}`;

const WRONG: Readonly<
  Record<string, readonly [(sigstore: TestSigstore, digest: string) => Promise<Simple>, RegExp]>
> = {
  "by another": [
    (sigstore, digest) =>
      sigstore.simple(digest, { identity: "https://github.com/eve/pager/x.yml" }),
    /is by https:\/\/github\.com\/eve\/pager/,
  ],
  "by one for whom another vouches": [
    (sigstore, digest) => sigstore.simple(digest, { issuer: "https://eve.example" }),
    /is by https:.*, vouched for by https:\/\/eve\.example/,
  ],
  "by a name that is the right one in seven bits of each byte": [
    (sigstore, digest) => sigstore.simple(digest, { identity: IDENTITY.replace("h", "\xe8") }),
    /is by nobody/,
  ],
  "for another artifact": [
    (sigstore) => sigstore.simple(OTHER_DIGEST),
    /is of sha256:1111/,
  ],
  "when the certificate had expired": [
    (sigstore, digest) => sigstore.simple(digest, { usedAfterMinutes: 11 }),
    /does not hold: .*certificate/,
  ],
  "before the certificate began": [
    (sigstore, digest) => sigstore.simple(digest, { usedAfterMinutes: -1 }),
    /does not hold: .*certificate/,
  ],
  "where the log does not know it": [
    (sigstore, digest) => sigstore.simple(digest, { isUnknown: true }),
    /is in no transparency log/,
  ],
  "with a certificate that no log has seen": [
    (sigstore, digest) => sigstore.simple(digest, { isUnlogged: true }),
    /does not hold: expected 1 SCTs, got 0/,
  ],
  "by an authority of somebody's own": [
    async (_, digest) => await (await TestSigstore.start()).simple(digest),
    /is in no transparency log that is trusted/,
  ],
  "in other words": [
    async (sigstore, digest) => {
      const { payload, annotations } = await sigstore.simple(digest);
      return { payload: payload.replace("registry.example", "registry.test"), annotations };
    },
    /is another than the one in the transparency log/,
  ],
  "once, and the signature was taken to another artifact": [
    async (sigstore, digest) => {
      const { payload, annotations } = await sigstore.simple(OTHER_DIGEST);
      return { payload: payload.replace(OTHER_DIGEST, digest), annotations };
    },
    /is another than the one in the transparency log/,
  ],
  "by a key": [
    (sigstore, digest) => sigstore.simple(digest, { key: newKey().privateKey }),
    /has no certificate: it is signed with a key/,
  ],
};

for (const [what, [signed, wanted]] of Object.entries(WRONG)) {
  test(`refuses what is signed ${what}`, async (scene) => {
    const { registry, sigstore, digest } = scene;
    const signatures = [await signed(sigstore, digest)];
    await pushSimple(registry, "pager", { digest, signatures });
    await refuses(scene, new RegExp(`error\\[I006\\].*a signature that ${wanted.source}`));
  });
}

const WRONG_BUNDLES: Readonly<
  Record<string, readonly [Signing & { predicateType?: string }, RegExp]>
> = {
  "by another": [{ identity: "https://github.com/eve/pager/" }, /is by https:.*eve/],
  "when the certificate had expired": [{ usedAfterMinutes: 11 }, /does not hold: .*certificate/],
  "where the log does not know it": [{ isUnknown: true }, /is in no transparency log/],
  "to say something else of it": [
    { predicateType: "https://slsa.dev/provenance/v1" },
    /is no signature but a statement, https:\/\/slsa/,
  ],
};

for (const [what, [signing, wanted]] of Object.entries(WRONG_BUNDLES)) {
  test(`refuses what is signed with cosign 3 ${what}`, async (scene) => {
    const { registry, sigstore, digest } = scene;
    const bundles = [await sigstore.bundle(digest, signing)];
    await pushBundles(registry, "pager", { digest, bundles });
    await refuses(scene, new RegExp(`error\\[I006\\].*a signature that ${wanted.source}`));
  });
}

test("refuses a bundle that was taken from another artifact", async (scene) => {
  const { registry, sigstore, digest } = scene;
  const bundle = await sigstore.bundle(OTHER_DIGEST);
  await pushBundles(registry, "pager", { digest, bundles: [bundle] });
  await refuses(scene, /error\[I006\].*is of sha256:1111/);
  const { dsseEnvelope, ...rest } = JSON.parse(bundle);
  const payload = btoa(atob(dsseEnvelope.payload).replace("1".repeat(64), digest.slice(7)));
  const forged = JSON.stringify({ ...rest, dsseEnvelope: { ...dsseEnvelope, payload } });
  await pushBundles(registry, "pager", { digest, bundles: [forged] });
  await refuses(scene, /error\[I006\].*is another than the one in the transparency log/);
});

test("does not fetch a signature of a gigabyte", async (scene) => {
  const { registry, sigstore, digest } = scene;
  const { payload, annotations } = await sigstore.simple(digest);
  const large = { payload: `${payload}${" ".repeat(300 << 10)}`, annotations };
  await pushSimple(registry, "pager", { digest, signatures: [large] });
  await refuses(scene, /error\[I006\].*a signature that is too large: it has 30\d+ bytes/);
});

test("--no-verify installs it with a warning, and an update looks again", async (scene) => {
  const { add, place, registry, sigstore } = scene;
  const { error } = await succeeds([...add, "--no-verify"], HOME);
  assert(/warning\[I006\].*--no-verify/.test(error), error);
  const info = () => succeeds(["info", "pager", "--dir", place.plugins]).then(({ out }) => out);
  assert((await info()).includes("nobody has looked, as --no-verify said; it has to be by "));
  await registry.artifact("pager", "1", plugin("1.1.0"), FALCOD);
  const update = ["update", "--plain-http", "--dir", place.plugins];
  await fails(update, /error\[I006\].*there is no signature/, HOME);
  const { out } = await succeeds([...update, "--no-verify"], HOME);
  assertEquals(out, "updated pager 1.0.0 to 1.1.0\n");
  assert((await info()).includes("nobody has looked"));
  const digest = await registry.artifact("pager", "1", plugin("1.2.0"), FALCOD);
  await pushSimple(registry, "pager", { digest, signatures: [await sigstore.simple(digest)] });
  await succeeds([...update, "--trusted-root", `${place.path}/root.json`], HOME);
  assertEquals((await info()).includes("nobody has looked"), false);
});

test("takes what is signed with a key, when the log knows it", async (scene) => {
  const { registry, sigstore, digest, place, index, add } = scene;
  const { publicKey, privateKey } = newKey();
  place.file("cosign.pub", publicKey);
  index({ key: "cosign.pub" });
  const push = async (signing: Signing) =>
    await pushSimple(registry, "pager", {
      digest,
      signatures: [await sigstore.simple(digest, signing)],
    });
  await push({ key: newKey().privateKey });
  await refuses(scene, /error\[I006\].*does not hold[^]*signed with the key sha256:/);
  await push({ key: privateKey, isUnknown: true });
  await refuses(scene, /error\[I006\].*is in no transparency log/);
  // A certificate says nothing of the key.
  await push({});
  await refuses(scene, /error\[I006\].*does not hold/);
  await push({ key: privateKey, usedAfterMinutes: 1e6 });
  await succeeds(add, HOME);
});

test("takes what is signed with a key without a log where it is told to", async (scene) => {
  const { registry, sigstore, digest, place, index, add } = scene;
  const { publicKey, privateKey } = newKey();
  place.file("cosign.pub", publicKey);
  index({ key: "cosign.pub", "ignore-tlog": true });
  const bundles = [await sigstore.bundle(digest, { key: newKey().privateKey, isUnknown: true })];
  await pushBundles(registry, "pager", { digest, bundles });
  await refuses(scene, /error\[I006\].*does not hold/);
  await pushBundles(registry, "pager", { digest, bundles: [await sigstore.bundle(digest)] });
  await refuses(scene, /error\[I006\].*is of a certificate, not of a key/);
  const right = await sigstore.simple(digest, { key: privateKey, isUnknown: true });
  await pushSimple(registry, "pager", { digest, signatures: [right] });
  await succeeds(add, HOME);
});

test("does not forget who has to sign when nobody says it again", async (scene) => {
  const { registry, sigstore, digest, add } = scene;
  await pushSimple(registry, "pager", { digest, signatures: [await sigstore.simple(digest)] });
  await succeeds(add, HOME);
  const without = add.filter((argument) => !/index/.test(argument));
  await fails(without, /error\[I006\].*nobody says so now[^]*--replace/, HOME);
  await succeeds([...without, "--replace"], HOME);
});
