/** Which registry of npm a plugin came from counts: a name means somebody else at another. */
import { assert, assertEquals } from "../assert.ts";
import { npmRegistry } from "./npm_registry.ts";
import { fails, Place, pluginFiles, succeeds } from "./running.ts";
import { packed } from "./tar.ts";

const tarball = (version = "1.0.0") => packed(pluginFiles({ manifest: { version } }));
const named = (url: string | undefined) => ({
  environment: { HOME: "/nonexistent", ...url !== undefined && { npm_config_registry: url } },
});

function twoRegistries() {
  const own = npmRegistry(), other = npmRegistry();
  own.publish("falcod-pager", "1.0.0", tarball());
  other.publish("falcod-pager", "1.0.0", tarball());
  other.publish("falcod-pager", "9.0.0", tarball("9.0.0"));
  return {
    own,
    other,
    [Symbol.asyncDispose]: async () => {
      await own[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

Deno.test("add npm: notes and shows the registry, without credentials", async () => {
  using place = new Place();
  await using registries = twoRegistries();
  const { own } = registries;
  const dir = ["--dir", place.plugins];
  const url = own.url.replace("//", "//ana:s3cret@");
  const said = [await succeeds(["add", "npm:falcod-pager", "--yes", ...dir], named(url))];
  said.push(await succeeds(["info", "pager", ...dir]));
  said.push(await succeeds(["list", "--json", ...dir]));
  assertEquals(JSON.parse(said[2]!.out)[0].registry, own.url);
  for (const { out, error } of said) {
    assert(`${out}${error}`.includes(own.url), out);
    assert(!`${out}${error}`.includes("s3cret"), error);
  }
});

Deno.test("update npm: asks no other registry than the plugin came from", async () => {
  using place = new Place();
  await using registries = twoRegistries();
  const { own, other } = registries;
  const dir = ["--dir", place.plugins];
  await succeeds(["add", "npm:falcod-pager", "--yes", ...dir], named(own.url));
  const { out } = await fails(["update", ...dir], /error\[I019\].* came from /, named(other.url));
  assertEquals(out, "failed pager 1.0.0\n");
  assertEquals(other.asked, []);
  own.publish("falcod-pager", "1.1.0", tarball("1.1.0"));
  // Nobody names one: it is where it was.
  assertEquals(
    (await succeeds(["update", ...dir], named(undefined))).out,
    "updated pager 1.0.0 to 1.1.0\n",
  );
  const [entry] = JSON.parse((await succeeds(["list", "--json", ...dir])).out);
  assertEquals(entry.registry, own.url);
});

Deno.test("verify tells of a plugin for which another registry is named now", async () => {
  using place = new Place();
  await using registries = twoRegistries();
  const { own, other } = registries;
  const dir = ["--dir", place.plugins];
  await succeeds(["add", "npm:falcod-pager", "--yes", ...dir], named(own.url));
  assertEquals((await succeeds(["verify", ...dir], named(own.url))).error, "");
  const { error, out } = await succeeds(["verify", ...dir], named(other.url));
  assertEquals(out, "ok pager 1.0.0\n");
  assert(error.includes(`came from ${own.url}, and now ${other.url}`), error);
  const json = JSON.parse((await succeeds(["verify", "--json", ...dir], named(other.url))).out);
  assertEquals([json.ok, json.notes.length], [true, 1]);
});

Deno.test("add npm: the same name from another registry does not take its place by itself", async () => {
  using place = new Place();
  await using registries = twoRegistries();
  const { own, other } = registries;
  const add = ["add", "npm:falcod-pager", "--yes", "--dir", place.plugins];
  await succeeds(add, named(own.url));
  await fails(add, /error\[I015\].* of http/, named(other.url));
  await succeeds([...add, "--replace"], named(other.url));
  const [entry] = JSON.parse((await succeeds(["list", "--json", "--dir", place.plugins])).out);
  assertEquals([entry.registry, entry.version], [other.url, "9.0.0"]);
});

Deno.test("update npm: does not take other files for a version that was published once", async () => {
  using place = new Place();
  await using registries = twoRegistries();
  const { own } = registries;
  const dir = ["--dir", place.plugins];
  await succeeds(["add", "npm:falcod-pager", "--yes", ...dir], named(own.url));
  own.publish("falcod-pager", "1.0.0", packed(pluginFiles({ code: "evil" })));
  await fails(["update", ...dir], /error\[I004\].*other files/, named(own.url));
  assertEquals((await succeeds(["verify", ...dir], named(own.url))).out, "ok pager 1.0.0\n");
});
