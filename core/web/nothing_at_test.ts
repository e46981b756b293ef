import { assertEquals } from "../../tests/assert.ts";
import { nothingAt } from "./nothing_at.ts";

Deno.test("nothingAt() names the paths there are, and only to who asks from this machine", async () => {
  const help = async (address: string, paths = ["/healthz", "/metrics"]) => {
    const client = { address, port: 1 };
    return (await nothingAt("http://x:1/health", { client, paths }).json()).help;
  };
  const plain = "paths are those of webserver and plugins in falcod's configuration, to the letter";
  assertEquals(await help("127.0.0.1"), `${plain}: /healthz, /metrics`);
  assertEquals(await help("::1"), `${plain}: /healthz, /metrics`);
  assertEquals(await help("10.0.0.7"), plain);
  assertEquals(await help("127.0.0.1", []), plain);
});
