/** Addresses of archives with secrets in them: asked for, and neither shown nor kept. */
import { assert, assertEquals } from "../assert.ts";
import { fails, hash, Place, pluginFiles, type Running, type Said, succeeds } from "./running.ts";
import { packed } from "./tar.ts";
import { webServer } from "./web_server.ts";

const SECRET = "Zm9vYmFy-s3cret";

/** It has an archive for who says the right thing in the query and in `authorization`. */
async function guardedServer(place: Place, archive: Uint8Array) {
  const asked: string[] = [];
  const web = await webServer(place, (request) => {
    const { searchParams } = new URL(request.url);
    asked.push(`${request.headers.get("authorization")} ${searchParams.get("token")}`);
    return searchParams.get("token") === SECRET
      ? new Response(new Uint8Array(archive))
      : new Response(`no: ${request.url} ${request.headers.get("authorization")}`, { status: 403 });
  });
  return { ...web, asked };
}

function hidesSecret(place: Place, said: readonly Said[]): void {
  const lock = Deno.readTextFileSync(`${place.plugins}/falcod-plugins.lock.json`);
  const all = [lock, ...said.flatMap(({ out, error }) => [out, error])].join("\n");
  for (const secret of [SECRET, btoa(`ana:${SECRET}`)]) assert(!all.includes(secret), all);
}

Deno.test("add https: neither keeps nor shows what may be secret in an address", async () => {
  using place = new Place();
  const archive = packed(pluginFiles());
  await using web = await guardedServer(place, archive);
  const url = `${web.url.replace("//", `//ana:${SECRET}@`)}?token=${SECRET}`;
  const dir = ["--dir", place.plugins];
  const add = ["add", "--yes", ...dir, "--ca", web.ca, url, "--sha256", hash(archive)];
  const said = [await succeeds(add), await succeeds([...add, "--json"])];
  assertEquals(web.asked[0], `Basic ${btoa(`ana:${SECRET}`)} ${SECRET}`);
  said.push(
    await succeeds(["list", ...dir]),
    await succeeds(["list", "--json", ...dir]),
    await succeeds(["info", "pager", ...dir]),
    await succeeds(["info", url, "--sha256", hash(archive), "--ca", web.ca, "--json"]),
  );
  const asked = web.asked.length;
  const update = await succeeds(["update", ...dir, "--ca", web.ca]);
  assertEquals(web.asked.length, asked);
  assertEquals(update.out, "kept pager 1.0.0\n");
  assert(/give falcod plugin add the address again/.test(update.error), update.error);
  hidesSecret(place, [...said, update]);
  const [entry] = JSON.parse(said[3]!.out);
  await fails(["add", "--yes", ...dir, entry.requested], /error\[I001\].*was not kept/);
  assertEquals(web.asked.length, asked);
});

Deno.test("add https: keeps the name of a variable, and update asks with its value", async () => {
  using place = new Place();
  const archive = packed(pluginFiles());
  await using web = await guardedServer(place, archive);
  const url = `${web.url.replace("//", "//ana:${PASS}@")}?token=\${TOKEN}`;
  const dir = ["--dir", place.plugins];
  const running: Running = { environment: { PASS: SECRET, TOKEN: SECRET } };
  const add = ["add", "--yes", ...dir, "--ca", web.ca, url, "--sha256", hash(archive)];
  const said = [await succeeds(add, running)];
  const update = ["update", ...dir, "--ca", web.ca];
  said.push(await succeeds(update, running), await succeeds(["list", "--json", ...dir]));
  assertEquals(web.asked, Array(2).fill(`Basic ${btoa(`ana:${SECRET}`)} ${SECRET}`));
  assertEquals(JSON.parse(said[2]!.out)[0].requested, `${url}#sha256=${hash(archive)}`);
  await fails(update, /error\[I001\].*no variable PASS/);
  assertEquals(web.asked.length, 2);
  hidesSecret(place, said);
});

Deno.test("add https: hides secrets in what the server repeats of them, and in mistakes", async () => {
  using place = new Place();
  await using web = await guardedServer(place, packed(pluginFiles()));
  const dir = ["--dir", place.plugins, "--ca", web.ca];
  const wrong = `${SECRET}-old`;
  const url = `${web.url.replace("//", `//ana:${SECRET}@`)}?token=${wrong}`;
  const sha256 = ["--sha256", "0".repeat(64)];
  const said = [
    await fails(["add", "--yes", ...dir, url, ...sha256], /error\[I002\].*403.*\[secret\]/),
    await fails(["add", "--yes", ...dir, url], /error\[I005\].*token=\[secret\]/),
    await fails(["add", "--yes", ...dir, url.replace("https", "http")], /error\[I001\].*no TLS/),
    await fails(["add", "--yes", ...dir, `${url}#md5=1`], /error\[I001\]/),
    await fails(["add", "--yes", ...dir, `${url}&b=\${NONE}`], /error\[I001\].*NONE/),
    await fails(
      ["add", "--yes", ...dir, web.url.replace("/plugins/", "/${TOKEN}/"), ...sha256],
      /error\[I002\].*403/,
      { environment: { TOKEN: SECRET } },
    ),
    await fails(["info", `oci://ana:${SECRET}@127.0.0.1/x`, ...dir], /error\[I001\]/),
  ];
  for (const { out, error } of said) assert(!`${out}${error}`.includes(SECRET), error);
});
