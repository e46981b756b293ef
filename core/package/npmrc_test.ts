import { assertEquals } from "../../tests/assert.ts";
import { readNpmSettings } from "./npmrc.ts";

/** Settings of a user with this `.npmrc`. */
function settingsOf(text: string, environment: Readonly<Record<string, string>> = {}) {
  const path = Deno.makeTempFileSync({ prefix: "falcod-npmrc-" });
  try {
    Deno.writeTextFileSync(path, text);
    const all = { npm_config_userconfig: path, ...environment };
    return readNpmSettings((name) => (all as Record<string, string>)[name]);
  } finally {
    Deno.removeSync(path);
  }
}

const SERVER = new URL("https://npm.example/team/pager/-/pager-1.0.0.tgz");

Deno.test("readNpmSettings() has the registry of .npmrc, or that of the environment, and no other", () => {
  const registryOf = (text: string, environment = {}) =>
    settingsOf(text, environment).registryOf("pager")?.href;
  assertEquals(registryOf(""), undefined);
  assertEquals(registryOf("registry = https://npm.example/x"), "https://npm.example/x/");
  const environment = { NPM_CONFIG_REGISTRY: "https://other.example" };
  assertEquals(registryOf("registry=https://npm.example/", environment), "https://other.example/");
  assertEquals(registryOf("registry=file:///etc/"), undefined);
});

Deno.test("readNpmSettings() gives credentials to the path they are for, and below it", () => {
  const headerOf = (text: string) => settingsOf(text).authorizationFor(SERVER)?.reveal();
  assertEquals(headerOf("//npm.example/:_authToken=abc"), "Bearer abc");
  assertEquals(headerOf("//npm.example/team/:_authToken=abc"), "Bearer abc");
  assertEquals(
    headerOf("//npm.example/:_authToken=abc\n//npm.example/team/:_authToken=def"),
    "Bearer def",
  );
  assertEquals(headerOf("//npm.example/other/:_authToken=abc"), undefined);
  assertEquals(headerOf("//npm.example:8443/:_authToken=abc"), undefined);
  assertEquals(headerOf("//example/:_authToken=abc"), undefined);
  assertEquals(headerOf("_authToken=abc"), undefined);
  assertEquals(headerOf("//npm.example/:_auth=QTpC"), "Basic QTpC");
  assertEquals(
    headerOf("//npm.example/:username=ana\n//npm.example/:_password=czNjcmV0"),
    `Basic ${btoa("ana:s3cret")}`,
  );
});

Deno.test("readNpmSettings() has proxies, and hosts that are asked themselves", () => {
  const proxyOf = (text: string, environment = {}) =>
    settingsOf(text, environment).proxyFor(SERVER);
  const proxy = "https-proxy=http://proxy.example:8080\n";
  assertEquals(proxyOf(proxy), "http://proxy.example:8080");
  assertEquals(proxyOf("https-proxy=null"), "");
  assertEquals(proxyOf("proxy=http://proxy.example:8080"), "");
  assertEquals(proxyOf(`${proxy}noproxy=.example`), "none");
  assertEquals(proxyOf(proxy, { NO_PROXY: "npm.example" }), "none");
  assertEquals(proxyOf(proxy, { NO_PROXY: "other.example" }), "http://proxy.example:8080");
});

Deno.test("readNpmSettings() reads comments, quotes and variables as npm does", () => {
  const text = '; x=1\n# registry=https://no.example/\n[section]\nregistry = "${PLACE}/npm"\n';
  const { registryOf } = settingsOf(text, { PLACE: "https://npm.example" });
  assertEquals(registryOf("pager")?.href, "https://npm.example/npm/");
});
