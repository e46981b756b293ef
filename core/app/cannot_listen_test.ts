import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { auditListenKeys, namingKeys, WEBSERVER_KEYS } from "./cannot_listen.ts";
import { type Config, standardConfig } from "./config/schema.ts";

function listenFailure(code: string) {
  const cause = Object.assign(new Error(`listen ${code}`), { code });
  return Object.assign(new Error("Cannot listen", { cause }), { code: "listen-failed" });
}

Deno.test("namingKeys() names the key of what is wrong, and leaves other errors as they are", () => {
  const taken = namingKeys(listenFailure("EADDRINUSE"), WEBSERVER_KEYS);
  assertObjectMatch(taken as Error, {
    message: "Cannot listen",
    help: "name another port: webserver.listen_port",
  });
  assertEquals((taken as Error).cause, undefined);
  const elsewhere = namingKeys(listenFailure("EADDRNOTAVAIL"), WEBSERVER_KEYS);
  assertObjectMatch(elsewhere as Error, { help: "name another address: webserver.listen_address" });
  const file = Object.assign(new Error("Cannot use it"), { code: "bad-certificate" });
  assertObjectMatch(namingKeys(file, WEBSERVER_KEYS) as Error, {
    message: "Cannot use it",
    help: "webserver.ssl_certificate names a PEM file with key and certificate",
  });
  assertEquals(namingKeys(file, { port: "p", address: "a" }), file);
  const other = new Error("the ring is gone");
  assertEquals(namingKeys(other, WEBSERVER_KEYS), other);
});

Deno.test("auditListenKeys() names the plugin, or the web server of the time before it", () => {
  const config = standardConfig();
  assertEquals(auditListenKeys(config), WEBSERVER_KEYS);
  const plugin = { name: "k8saudit", open_params: "http://:9765/k8s-audit" };
  const plugins = [plugin] as unknown as Config["plugins"];
  assertEquals(auditListenKeys({ ...config, plugins }).port, "open_params of plugin k8saudit");
});
