/** Plugins from registries of OCI: Debian's, as it is, and behind servers that misbehave. */
import { newAuthority } from "../certificates.ts";
import { assert, assertEquals } from "../assert.ts";
import { testWithPeer } from "../peers/server.ts";
import {
  DOCKER_REGISTRY,
  FALCO_PLUGIN,
  FALCO_RULES,
  FALCOD,
  INDEX,
  MANIFEST,
  ociRegistry,
} from "./oci_registry.ts";
import { fails, hash, Place, pluginFiles, succeeds } from "./running.ts";
import { packed } from "./tar.ts";

/** "s3cret" by bcrypt, of few rounds. */
const HTPASSWD = "ana:$2b$04$bT4hgTLiu48xZ1kVtdIYi.EL15soOX04.mTbp7XKbnkJ5rkNbZ4ma";

const test = (name: string, fn: () => Promise<void>) => testWithPeer(name, DOCKER_REGISTRY, fn);
const HOME = { environment: { HOME: "/nonexistent" } };
const plugin = (version = "1.0.0") => packed(pluginFiles({ manifest: { version } }));
const addTo = (place: Place) => ["add", "--yes", "--plain-http", "--dir", place.plugins];

test("add oci: installs by tag and by digest, and keeps the digest", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  const digest = await registry.artifact("team/pager", "1", plugin(), FALCOD);
  const from = `oci://${registry.host}/team/pager`;
  const { error } = await succeeds([...addTo(place), `${from}:1`], HOME);
  assert(error.includes("has no TLS"), error);
  const { out } = await succeeds(["list", "--json", "--dir", place.plugins]);
  const [entry] = JSON.parse(out);
  assertEquals([entry.name, entry.from, entry.integrity], ["pager", `${from}@${digest}`, digest]);
  await succeeds([...addTo(place), `${from}@${digest}`], HOME);
  await fails([...addTo(place), `${from}:2`], /error\[I002\].*404/, HOME);
  await fails([...addTo(place), `${from}@sha256:${"0".repeat(64)}`], /error\[I002\].*404/, HOME);
  await fails(["add", "--yes", `${from}:1`, "--dir", place.plugins], /error\[I002\]/, HOME);
});

test("update oci: takes what a tag means now", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  await registry.artifact("pager", "latest", plugin(), FALCOD);
  await succeeds([...addTo(place), `oci://${registry.host}/pager`], HOME);
  await registry.artifact("pager", "latest", plugin("1.1.0"), FALCOD);
  const update = ["update", "--plain-http", "--dir", place.plugins];
  assertEquals((await succeeds(update, HOME)).out, "updated pager 1.0.0 to 1.1.0\n");
});

test("add oci: takes the one of several platforms that this machine is", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  const entryOf = async (architecture: string, version: string) => {
    const digest = await registry.artifact("pager", architecture, plugin(version), FALCOD);
    const text = await fetch(`${registry.url}/v2/pager/manifests/${architecture}`, {
      headers: { accept: MANIFEST },
    }).then((response) => response.text());
    const platform = { os: "linux", architecture };
    return { mediaType: MANIFEST, digest, size: text.length, platform };
  };
  const [own, other] = Deno.build.arch === "aarch64" ? ["arm64", "amd64"] : ["amd64", "arm64"];
  const manifests = [await entryOf(other!, "6.6.6"), await entryOf(own!, "1.2.3")];
  const index = { schemaVersion: 2, mediaType: INDEX, manifests };
  await registry.manifest("pager", "all", index);
  await registry.manifest("pager", "others", { ...index, manifests: manifests.slice(0, 1) });
  const from = `oci://${registry.host}/pager`;
  const { out } = await succeeds([...addTo(place), `${from}:all`], HOME);
  assertEquals(out, "installed pager 1.2.3\n");
  const wanted = new RegExp(`error\\[I003\\].*linux/${own}[^]*there for linux/${other}`);
  await fails([...addTo(place), `${from}:others`], wanted, HOME);
});

test("add oci: takes rules as falcoctl has them for a pack of rules", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  const layer = packed({ "falco_rules.yaml": "- list: a\n  items: [b]\n" });
  const dependencies = [{ name: "json", version: "0.7.0" }];
  const about = { name: "falco-rules", version: "3.2.0", dependencies };
  await registry.artifact("rules/falco-rules", "3", layer, { ...FALCO_RULES, about });
  const said = await succeeds(
    [...addTo(place), `oci://${registry.host}/rules/falco-rules:3`],
    HOME,
  );
  assertEquals(said.out, "installed falco-rules 3.2.0\n");
  assert(said.error.includes("rules run no code"), said.error);
  assert(said.error.includes("it goes with the plugins json 0.7.0"), said.error);
  await succeeds(["verify", "--dir", place.plugins]);
  const { out } = await succeeds(["info", "falco-rules", "--json", "--dir", place.plugins]);
  assertEquals(JSON.parse(out).kind, "rules");
});

test("add oci: takes a library as falcoctl has it when it is trusted", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  const layer = packed({ "libjson.so": "\x7fELF and so on", "README.md": "what it is" });
  const about = { name: "json", version: "0.7.3" };
  await registry.artifact("plugin/json", "0.7.3", layer, { ...FALCO_PLUGIN, about });
  const from = `oci://${registry.host}/plugin/json:0.7.3`;
  await fails([...addTo(place), from], /error\[I016\].*native code[^]*--trusted/, HOME);
  const { out, error } = await succeeds([...addTo(place), from, "--trusted"], HOME);
  assertEquals(out, "installed json 0.7.3\n");
  assert(error.includes("it can do everything that falcod can"), error);
  assert(error.includes("what it does is built in"), error);
  assert(Deno.statSync(`${place.plugins}/json/0.7.3/libjson.so`).isFile);
});

test("add oci: refuses an image of a container", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  const layers: object[] = [];
  for (const content of ["one", "two"]) {
    const bytes = packed({ [content]: content });
    const digest = await registry.blob("image", bytes);
    layers.push({ mediaType: FALCOD.layer, digest, size: bytes.length });
  }
  const config = { mediaType: FALCOD.config, digest: await registry.blob("image", packed({})) };
  const size = packed({}).length;
  await registry.manifest("image", "latest", {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { ...config, size },
    layers,
  });
  const wanted = /error\[I013\][^]*2 layers/;
  await fails([...addTo(place), `oci://${registry.host}/image`], wanted, HOME);
});

test("add oci: logs in with the credentials of docker login, over TLS", async () => {
  using place = new Place();
  const authority = await newAuthority();
  const { certificate, key } = await authority.issue({ commonName: "registry" });
  const ca = place.file("ca.pem", authority.certificate);
  const tls = {
    certificateFile: place.file("server.pem", certificate),
    keyFile: place.file("server.key", key),
  };
  using client = Deno.createHttpClient({ caCerts: [authority.certificate] });
  const login = { htpasswd: HTPASSWD, credentials: "ana:s3cret" };
  await using registry = await ociRegistry(place.path, { tls, login, client });
  await registry.artifact("pager", "1", plugin(), FALCOD);
  const config = (credentials: string) =>
    JSON.stringify({ auths: { [registry.host]: { auth: btoa(credentials) } } });
  place.file("right/config.json", config("ana:s3cret"));
  place.file("wrong/config.json", config("ana:other-one"));
  place.file("elsewhere/config.json", config("ana:s3cret").replace(registry.host, "other.example"));
  const add = [
    "add",
    "--yes",
    "--ca",
    ca,
    "--dir",
    place.plugins,
    `oci://${registry.host}/pager:1`,
  ];
  for (const folder of ["wrong", "elsewhere", "missing"]) {
    const environment = { HOME: "/nonexistent", DOCKER_CONFIG: `${place.path}/${folder}` };
    const { error } = await fails(add, /error\[I002\].*401/, { environment });
    assert(!/other-one|s3cret/.test(error), error);
  }
  const environment = { HOME: "/nonexistent", DOCKER_CONFIG: `${place.path}/right` };
  const { error } = await succeeds(add, { environment });
  assert(!error.includes("no TLS"), error);
});

/** A server in front of the registry that changes what it answers. */
function inFrontOf(
  url: string,
  change: (request: Request, ask: () => Promise<Response>) => Response | Promise<Response>,
) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    const accept = request.headers.get("accept") ?? "*/*";
    return change(request, () => fetch(`${url}${pathname}${search}`, { headers: { accept } }));
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

test("add oci: gets a token for itself where the registry wants one", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  await registry.artifact("team/pager", "1", plugin(), FALCOD);
  const asked: string[] = [];
  await using front = inFrontOf(registry.url, (request, ask) => {
    const { pathname, searchParams, origin } = new URL(request.url);
    const authorization = request.headers.get("authorization");
    if (pathname === "/token") {
      asked.push(`${authorization} ${searchParams.get("service")} ${searchParams.get("scope")}`);
      return Response.json({ token: "abc.def" });
    }
    if (authorization === "Bearer abc.def") return ask();
    const challenge = `Bearer realm="${origin}/token",service="tests",scope="all"`;
    return new Response("", { status: 401, headers: { "www-authenticate": challenge } });
  });
  const from = `oci://${front.host}/team/pager:1`;
  await succeeds([...addTo(place), from], HOME);
  assertEquals(asked, ["null tests repository:team/pager:pull"]);
  const auths = { [front.host]: { username: "ana", password: "s3cret" } };
  place.file("config.json", JSON.stringify({ auths }));
  await succeeds([...addTo(place), from], { environment: { DOCKER_CONFIG: place.path } });
  assertEquals(asked[1]!.split(" ").slice(0, 2), ["Basic", btoa("ana:s3cret")]);
});

const LIES: Readonly<
  Record<string, readonly [(path: string, body: string) => Response | undefined, RegExp]>
> = {
  "another manifest than its digest": [
    (path, body) =>
      path.includes("/manifests/sha256:") ? new Response(body.replace("{", "{ ")) : undefined,
    /error\[I004\]/,
  ],
  "another layer than its digest": [
    (path, body) => path.includes("/blobs/") ? new Response("x".repeat(body.length)) : undefined,
    /error\[I00[24]\]/,
  ],
  "a manifest that is no JSON": [
    (path) => path.includes("/manifests/") ? new Response("<html>") : undefined,
    /error\[I00[24]\]/,
  ],
  "a layer of terabytes": [
    (path) =>
      path.includes("/manifests/")
        ? Response.json({
          config: { mediaType: "x", digest: `sha256:${hash("")}`, size: 0 },
          layers: [{ mediaType: FALCOD.layer, digest: `sha256:${hash("")}`, size: 2 ** 45 }],
        })
        : undefined,
    /error\[I0(?:11|04)\]/,
  ],
  "a layer list that is nothing but brackets": [
    (path) =>
      path.includes("/manifests/") ? new Response(`{"layers":${"[".repeat(1 << 20)}`) : undefined,
    /error\[I002\].*more than 16 brackets/,
  ],
  "a layer list with a million of them": [
    (path) =>
      path.includes("/manifests/")
        ? new Response(`{"layers":[${"{},".repeat(1 << 20)}{}]}`)
        : undefined,
    /error\[I002\].*more than 50000 values/,
  ],
  "a token that is nothing but brackets": [
    (path) =>
      path.includes("token") ? new Response("[".repeat(100_000)) : new Response("", {
        status: 401,
        headers: { "www-authenticate": 'Bearer realm="/token"' },
      }),
    /error\[I002\]/,
  ],
  "a demand for credentials at another server without TLS": [
    () =>
      new Response("", {
        status: 401,
        headers: { "www-authenticate": 'Bearer realm="file:///etc/shadow"' },
      }),
    /error\[I002\]/,
  ],
  "a demand for credentials that is none": [
    () => new Response("", { status: 401, headers: { "www-authenticate": "Bearer ".repeat(900) } }),
    /error\[I002\]/,
  ],
};

for (const [what, [lie, wanted]] of Object.entries(LIES)) {
  test(`add oci: installs nothing from a registry that has ${what}`, async () => {
    using place = new Place();
    await using registry = await ociRegistry(place.path);
    const digest = await registry.artifact("pager", "1", plugin(), FALCOD);
    await using front = inFrontOf(registry.url, async (request, ask) => {
      const answer = await ask();
      const body = await answer.text();
      return lie(new URL(request.url).pathname, body) ?? new Response(body);
    });
    const reference = what.startsWith("a layer") ? ":1" : `@${digest}`;
    const { error } = await fails(
      [...addTo(place), `oci://${front.host}/pager${reference}`],
      wanted,
      HOME,
    );
    assert(!error.includes("this is a bug"), error);
    assertEquals(place.listing().includes(`${place.plugins}/pager`), false);
  });
}

test("add oci: does not hand credentials on to where a registry sends it", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  await registry.artifact("pager", "1", plugin(), FALCOD);
  const seen: (string | null)[] = [];
  await using elsewhere = inFrontOf(registry.url, (request, ask) => {
    seen.push(request.headers.get("authorization"));
    return ask();
  });
  await using front = inFrontOf(registry.url, (request, ask) => {
    const { pathname } = new URL(request.url);
    if (request.headers.get("authorization") !== `Basic ${btoa("ana:s3cret")}`) {
      const headers = { "www-authenticate": 'Basic realm="tests"' };
      return new Response("", { status: 401, headers });
    }
    if (!pathname.includes("/blobs/")) return ask();
    return Response.redirect(`http://${elsewhere.host}${pathname}`, 307);
  });
  const auths = { [front.host]: { auth: btoa("ana:s3cret") } };
  place.file("config.json", JSON.stringify({ auths }));
  await succeeds([...addTo(place), `oci://${front.host}/pager:1`], {
    environment: { DOCKER_CONFIG: place.path },
  });
  assertEquals(seen, [null]);
});

test("add oci: asks for no token where a registry sends it", async () => {
  using place = new Place();
  await using registry = await ociRegistry(place.path);
  await registry.artifact("pager", "1", plugin(), FALCOD);
  const seen: (string | null)[] = [];
  await using elsewhere = inFrontOf(registry.url, (request) => {
    seen.push(request.headers.get("authorization"));
    const { pathname, origin } = new URL(request.url);
    if (pathname === "/token") return Response.json({ token: "abc.def" });
    const headers = { "www-authenticate": `Bearer realm="${origin}/token"` };
    return new Response("", { status: 401, headers });
  });
  await using front = inFrontOf(registry.url, (request, ask) => {
    const { pathname } = new URL(request.url);
    if (!pathname.includes("/blobs/")) return ask();
    return Response.redirect(`http://${elsewhere.host}${pathname}`, 307);
  });
  const auths = { [front.host]: { auth: btoa("ana:s3cret") } };
  place.file("config.json", JSON.stringify({ auths }));
  await fails([...addTo(place), `oci://${front.host}/pager:1`], /error\[I002\].* answered 401/, {
    environment: { DOCKER_CONFIG: place.path },
  });
  assertEquals(seen, [null]);
});
