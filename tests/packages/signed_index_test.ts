/** Indexes, which say who has to have signed: what they may say, and what others said before. */
import { assert, assertEquals } from "../assert.ts";
import { fails, succeeds } from "./running.ts";
import { HOME, IDENTITY_WANTED, newKey, refuses, test } from "./signed_scene.ts";
import { pushSimple } from "./signed.ts";
import { ISSUER_URL } from "./sigstore.ts";

test("tells of an index that names others than when it was installed", async (scene) => {
  const { registry, sigstore, digest, add, place, index } = scene;
  const eve = "https://github.com/eve/pager/x.yml";
  const signatures = [await sigstore.simple(digest)];
  await pushSimple(registry, "pager", { digest, signatures });
  const first = await succeeds(add, HOME);
  const again = await succeeds(add, HOME);
  for (const { error } of [first, again]) assertEquals(error.includes("warning["), false, error);
  signatures.push(await sigstore.simple(digest, { identity: eve }));
  await pushSimple(registry, "pager", { digest, signatures });
  index({ "certificate-oidc-issuer": ISSUER_URL, "certificate-identity": eve });
  const wanted =
    /warning\[I006\][^"]*"pager" has to be signed in another way than when it was installed[^]*before: signed by somebody whom .*example\/pager[^]*now: signed by[^]*eve\/pager/;
  // Before anybody is asked.
  const asked = await fails(add.filter((argument) => argument !== "--yes"), wanted, {
    ...HOME,
    answers: "no\n",
  });
  assert(asked.error.search(wanted) < asked.error.indexOf("Install it?"), asked.error);
  for (const more of [[], ["--replace"]]) {
    index({ "certificate-oidc-issuer": ISSUER_URL, "certificate-identity": eve });
    const { error } = await succeeds([...add, ...more], HOME);
    assert(wanted.test(error), error);
    index(IDENTITY_WANTED);
    const back = await succeeds(add, HOME);
    assert(/before: signed by [^]*eve[^]*now: signed by somebody/.test(back.error), back.error);
  }
  const { publicKey, privateKey } = newKey();
  place.file("cosign.pub", publicKey);
  index({ key: "cosign.pub", "ignore-tlog": true });
  const byKey = await sigstore.simple(digest, { key: privateKey, isUnknown: true });
  await pushSimple(registry, "pager", { digest, signatures: [byKey] });
  const { error } = await succeeds(add, HOME);
  assert(
    /now: signed with the key sha256:\w+, whether a log knows of it or not/.test(error),
    error,
  );
});

test("refuses an index that says two things of a repository, or says it with a slip", async (scene) => {
  const { registry, add, place } = scene;
  const entry = { name: "pager", registry: registry.host, repository: "pager" };
  const signature = { cosign: IDENTITY_WANTED };
  const refusesIndex = async (entries: readonly object[], wanted: RegExp) => {
    place.file("index.yaml", JSON.stringify(entries));
    await refuses(scene, wanted);
  };
  const signed = { ...entry, name: "signed", signature };
  const differ = /error\[I007\].*"(pager|signed)" and "(pager|signed)" differ in who signs/;
  await refusesIndex([entry, signed], differ);
  await refusesIndex([signed, entry], differ);
  await refusesIndex([signed, { ...signed, name: "again" }], /error\[I006\].*no signature/);
  await refusesIndex(
    [{ ...entry, Signature: signature }],
    /"Signature"[^]*did you mean "signature"/,
  );
  await refusesIndex([{ ...entry, "<<": { signature } }], /error\[I007\].*"<<"[^]*write out/);
  await refusesIndex([{ ...entry, signature: { cosing: {} } }], /"cosing"[^]*mean "cosign"/);
  await refusesIndex([{ ...entry, signature: {} }], /signature of "pager" has no "cosign"/);
  place.file("index.yaml", JSON.stringify([{ ...entry, signature: null, keywords: ["sign"] }]));
  await succeeds(add, HOME);
});

test("refuses an index that does not say who signs", async (scene) => {
  const { index, add, place } = scene;
  index({ "certificate-identity": "x" });
  await refuses(scene, /error\[I007\].*neither "certificate-oidc-issuer" nor/);
  index({ ...IDENTITY_WANTED, "certificate-identity-regexp": "(" });
  await refuses(scene, /error\[I007\].*"certificate-identity-regexp" of "pager"/);
  index({ key: "cosign.pub" });
  await refuses(scene, /error\[I007\].*cosign\.pub": there is no such file/);
  index({ key: "awskms://x" });
  await refuses(scene, /error\[I007\].*keys are taken from files only/);
  place.file("cosign.key", newKey().pem);
  index({ key: "cosign.key" });
  await refuses(scene, /error\[I007\].*"cosign\.key", is none[^]*public key in PEM/);
  place.file("index.yaml", "[]");
  await refuses(scene, /error\[I007\].*has no entry for/);
  place.file("index.yaml", "name: pager\n");
  await refuses(scene, /error\[I007\]: Cannot use "[^"]+index\.yaml": Invalid input/);
  place.file("root.json", "{}");
  index(IDENTITY_WANTED);
  await refuses(scene, /error\[I007\].*root\.json": it names neither an authority nor a log/);
  index(undefined);
  const { error } = await succeeds(add, HOME);
  assert(error.includes("nobody has to have signed it"), error);
});

test("finds what an index has under a name, as falcoctl does", async (scene) => {
  const { registry, sigstore, digest, add, place } = scene;
  await pushSimple(registry, "pager", { digest, signatures: [await sigstore.simple(digest)] });
  const named = (name: string) => [...add.slice(0, -1), name];
  await fails(named("pagr:1"), /error\[I007\].*no entry "pagr"[^]*did you mean "pager"/, HOME);
  await fails(named("pager:2"), /error\[I002\].*404/, HOME);
  await succeeds(named("pager:1"), HOME);
  const { out } = await succeeds(["list", "--json", "--dir", place.plugins]);
  assertEquals(JSON.parse(out)[0].from, `oci://${registry.host}/pager@${digest}`);
});
