import { assertEquals } from "../../tests/assert.ts";
import { addressFaults } from "./permission_advice.ts";
import { NO_PERMISSIONS } from "./permissions.ts";

const net = (...entries: readonly string[]) => ({ ...NO_PERMISSIONS, net: entries });

Deno.test("addressFaults() tells what nobody granted, and what nobody can grant", () => {
  const faults = (url: string, granted: readonly string[], asked: readonly string[]) =>
    addressFaults({ url }, { granted: net(...granted), asked: net(...asked) });
  const local = ["127.0.0.1:8080"];
  assertEquals(faults("http://127.0.0.1:8080/", local, local), []);
  assertEquals(faults("http://127.0.0.1:9090/", local, local), [{
    path: ["url"],
    what: "the plugin may not connect to 127.0.0.1:9090 (it may to 127.0.0.1:8080), and its " +
      "manifest does not ask for it",
    help:
      'add "127.0.0.1:9090" to permissions.net of its falcod-plugin.json, or have its maker do ' +
      "so, and install it again: falcod plugin add",
  }]);
  assertEquals(faults("https://Alerts.example/x", [], ["*"]), [{
    path: ["url"],
    what: "the plugin may not connect to alerts.example:443 (it may to nowhere)",
    help: "falcod plugin add --grant net=alerts.example:443 grants it, or permissions.net in its " +
      "entry of plugins does",
  }]);
  assertEquals(faults("https://[::1]/", ["[::1]:443"], ["*"]), []);
  assertEquals(faults("http://a/", ["*"], ["*"]), []);
});

Deno.test("addressFaults() leaves alone what is no address to connect to", () => {
  const may = { granted: NO_PERMISSIONS, asked: NO_PERMISSIONS };
  assertEquals(addressFaults({ url: "somewhere", footer: "https://a.example/" }, may), []);
  assertEquals(addressFaults({ url: "mailto:a@b", endpoint: 5 }, may), []);
  assertEquals(addressFaults(undefined, may), []);
});
