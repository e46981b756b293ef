/** Plugins from web servers and from this machine, and what somebody decides about them. */
import { newAuthority } from "../certificates.ts";
import { assert, assertEquals } from "../assert.ts";
import { falcod } from "../cli/program.ts";
import { connectProxy } from "./proxy.ts";
import { fails, falcodPlugin, hash, Place, pluginFiles, succeeds } from "./running.ts";
import { packed } from "./tar.ts";
import { webServer } from "./web_server.ts";

Deno.test("add https: installs an archive of the SHA-256 that is given, in either way", async () => {
  using place = new Place();
  const archive = packed(pluginFiles());
  await using web = await webServer(place, () => new Response(archive));
  const add = ["add", "--yes", "--dir", place.plugins, "--ca", web.ca];
  await succeeds([...add, web.url, "--sha256", hash(archive)]);
  await succeeds([...add, `${web.url}#sha256=${hash(archive)}`]);
  await succeeds([...add, web.url, "--sha256", `sha256:${hash(archive).toUpperCase()}`]);
  const { out } = await succeeds(["list", "--json", "--dir", place.plugins]);
  const [entry] = JSON.parse(out);
  assertEquals([entry.from, entry.requested, entry.integrity], [
    web.url,
    `${web.url}#sha256=${hash(archive)}`,
    `sha256:${hash(archive)}`,
  ]);
  const update = ["update", "--dir", place.plugins, "--ca", web.ca];
  assertEquals((await succeeds(update)).out, "kept pager 1.0.0\n");
});

Deno.test("add https: wants a SHA-256, asks nobody without, and takes no other", async () => {
  using place = new Place();
  await using web = await webServer(place, () => new Response(packed(pluginFiles())));
  const add = ["add", "--yes", "--dir", place.plugins, "--ca", web.ca];
  await fails([...add, web.url], /error\[I005\][^]*--sha256/);
  await fails(
    [...add, web.url, "--sha256", "123"],
    /error\[I001\]: --sha256 wants 64 hexadecimal digits, found "123"/,
  );
  await fails([...add, `${web.url}#md5=123`], /error\[I001\]/);
  const both = [`${web.url}#sha256=${"1".repeat(64)}`, "--sha256", "2".repeat(64)];
  await fails([...add, ...both], /error\[I001\].*another SHA-256/);
  assertEquals(web.seen.length, 0);
  await fails([...add, web.url, "--sha256", "1".repeat(64)], /error\[I004\]/);
  assertEquals(web.seen.length, 1);
  await fails([...add, web.url.replace("https", "http")], /error\[I001\].*no TLS/);
});

Deno.test("add https: follows redirections, and takes credentials to the first server only", async () => {
  using place = new Place();
  const archive = packed(pluginFiles());
  const authority = await newAuthority();
  await using other = await webServer(place, () => new Response(archive), authority);
  const headers = { location: other.url };
  const answer = () => new Response("", { status: 302, headers });
  await using web = await webServer(place, answer, authority);
  const url = web.url.replace("https://", "https://ana:s3cret@");
  const add = ["add", "--yes", "--dir", place.plugins, "--ca", web.ca, url];
  const { error } = await succeeds([...add, "--sha256", hash(archive)]);
  assert(!error.includes("s3cret"), error);
  assert(!Deno.readTextFileSync(`${place.plugins}/falcod-plugins.lock.json`).includes("s3cret"));
  assertEquals([web.seen, other.seen], [[`Basic ${btoa("ana:s3cret")}`], [null]]);
});

Deno.test("add https: goes through the proxy that the environment names", async () => {
  using place = new Place();
  const archive = packed(pluginFiles());
  await using web = await webServer(place, () => new Response(archive));
  await using proxy = await connectProxy("me:s3cret");
  // Addresses of this machine are asked themselves; a name is not.
  const url = web.url.replace("127.0.0.1", "plugins.test");
  const environment = {
    HTTPS_PROXY: proxy.url("me:s3cret@"),
    NO_PROXY: "",
    DENO_NO_UPDATE_CHECK: "1",
  };
  const add = ["plugin", "add", "--yes", "--dir", place.plugins, "--ca", web.ca, url];
  const { error: said } = await falcod([...add, "--sha256", hash(archive)], { environment });
  // The certificate is for 127.0.0.1: what counts is who was asked, and that it was looked at.
  assertEquals(proxy.led, [new URL(url).host]);
  assert(/error\[I002\].*(?:certificate|altnames|Hostname)/i.test(said), said);
  assert(!said.includes("s3cret"), said);
});

Deno.test("add takes a folder, and an archive with --sha256", async () => {
  using place = new Place();
  for (const [path, content] of Object.entries(pluginFiles())) place.file(`own/${path}`, content);
  const archive = packed(pluginFiles());
  const path = place.file("package.tgz", archive);
  const add = ["add", "--yes", "--dir", place.plugins];
  await succeeds([...add, `${place.path}/own`]);
  await fails([...add, `${place.path}/own`, "--sha256", hash(archive)], /error\[I001\].*folder/);
  await fails([...add, path, "--replace", "--sha256", "1".repeat(64)], /error\[I004\]/);
  await succeeds([...add, path, "--replace", "--sha256", hash(archive)]);
  await fails([...add, `${place.path}/missing`], /error\[I002\]/);
});

const asking = (permissions: unknown) => packed(pluginFiles({ manifest: { permissions } }));

Deno.test("add shows in plain words what a plugin asks for, and asks", async () => {
  using place = new Place();
  const path = place.file(
    "package.tgz",
    asking({
      net: ["pager.example:443", "*"],
      read: ["/etc/pager"],
      write: ["/var/lib/pager"],
      env: ["PAGER_KEY"],
      run: ["/usr/bin/pager"],
      ffi: ["/usr/lib/pager.so"],
    }),
  );
  const add = ["add", path, "--dir", place.plugins];
  const before = place.listing();
  const { error } = await fails(add, /error\[I018\].*as you said/, { answers: "maybe\n" });
  for (
    const line of [
      "pager 1.0.0, a sink of alerts: Sends alerts to a pager",
      `  checksum  sha256:${hash(Deno.readFileSync(path))}`,
      "It asks to",
      "  - connect to pager.example:443",
      "  - connect to every address there is",
      "  - read /etc/pager",
      "  - write /var/lib/pager, and read it",
      "  - see the environment variable PAGER_KEY",
      "  - run /usr/bin/pager, which then does whatever that program does",
      "  - load /usr/lib/pager.so: native code, which no permission holds back",
      "Install it? [y/N] ",
    ]
  ) {
    assert(error.includes(line), `${line} is missing in ${error}`);
  }
  await fails(add, /error\[I018\]/, { answers: "" });
  await fails(add, /error\[I018\].*Nobody is there[^]*--yes/);
  assertEquals(place.listing(), before);
  await succeeds(add, { answers: "yes\n" });
});

const CHOICES: readonly (readonly [readonly string[], readonly string[] | RegExp])[] = [
  [[], ["net=a.example:443", "net=b.example:443", "read=/etc/pager", "env=KEY"]],
  [["--grant", "net"], ["net=a.example:443", "net=b.example:443"]],
  [["--grant", "net=a.example:443", "--grant", "env"], ["net=a.example:443", "env=KEY"]],
  [["--grant", "read=/etc/pager/only.conf"], ["read=/etc/pager/only.conf"]],
  [["--deny", "net=b.example:443", "--deny", "env"], ["net=a.example:443", "read=/etc/pager"]],
  [["--grant", "net", "--deny", "net"], []],
  [["--grant", "net=c.example:443"], /error\[I017\].*does not ask for it[^]*net=a\.example:443/],
  [["--grant", "read=/etc"], /error\[I017\]/],
  [["--grant", "read=/etc/pager/../shadow"], /error\[I017\]/],
  [["--deny", "run=/bin/sh"], /error\[I017\]/],
  [["--grant", "everything"], /error\[I017\].*one of net, read, write, env, run, ffi/],
  [["--grant", "__proto__"], /error\[I017\]/],
];

for (const [flags, wanted] of CHOICES) {
  Deno.test(`add ${flags.join(" ") || "--yes"} grants what it says`, async () => {
    using place = new Place();
    const net = ["a.example:443", "b.example:443"];
    const path = place.file("p.tgz", asking({ net, read: ["/etc/pager"], env: ["KEY"] }));
    const add = ["add", path, "--yes", "--dir", place.plugins, "--json", ...flags];
    if (wanted instanceof RegExp) {
      const said = await falcodPlugin(add.filter((flag) => flag !== "--json"));
      assert(said.code === 1 && wanted.test(said.error), said.error);
      return;
    }
    const { granted } = JSON.parse((await succeeds(add)).out).permissions;
    const texts = Object.entries(granted as Record<string, string[]>)
      .flatMap(([kind, values]) => values.map((value) => `${kind}=${value}`));
    assertEquals(texts, wanted);
  });
}

Deno.test("commands about plugins that are not there say so, and what was meant", async () => {
  using place = new Place();
  const at = ["--dir", place.plugins];
  await succeeds(["add", place.file("p.tgz", packed(pluginFiles())), "--yes", ...at]);
  for (const command of ["info", "remove", "verify", "update"]) {
    await fails([command, "pagger", ...at], /error\[I024\][^]*did you mean "pager"\?/);
  }
  const { out } = await falcodPlugin(["info", "pagger", "--json", ...at]);
  assertEquals(JSON.parse(out).diagnostics[0].code, "I024");
  assertEquals((await succeeds(["remove", "pager", ...at])).out, "removed pager 1.0.0\n");
  assertEquals((await succeeds(["list", ...at])).out, "");
  assertEquals((await succeeds(["verify", ...at])).out, "");
});

Deno.test("info shows a plugin without installing it", async () => {
  using place = new Place();
  const path = place.file("p.tgz", asking({ net: ["a.example:443"] }));
  const before = place.listing();
  const { out } = await succeeds(["info", path, "--dir", place.plugins]);
  assert(out.includes("connect to a.example:443"), out);
  const { permissions, files } = JSON.parse((await succeeds(["info", path, "--json"])).out);
  assertEquals(permissions.asked.net, ["a.example:443"]);
  assertEquals(files.length, 2);
  assertEquals(place.listing(), before);
});

Deno.test("verify tells of every file that is not as it was, and ends with 1", async () => {
  using place = new Place();
  const at = ["--dir", place.plugins];
  await succeeds(["add", place.file("p.tgz", packed(pluginFiles())), "--yes", ...at]);
  assertEquals((await succeeds(["verify", ...at])).out, "ok pager 1.0.0\n");
  Deno.writeTextFileSync(`${place.plugins}/pager/1.0.0/mod.js`, "Deno.exit()");
  await fails(["verify", ...at], /error\[I023\].*mod\.js/);
  await fails(["info", "pager", ...at], /error\[I023\]/);
  const { out, code } = await falcodPlugin(["verify", "--json", ...at]);
  const { ok, plugins: [{ diagnostics }] } = JSON.parse(out);
  assertEquals([code, ok, diagnostics[0].code], [1, false, "I023"]);
});
