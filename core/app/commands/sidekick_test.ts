import { assert, assertEquals } from "../../../tests/assert.ts";
import { freePort } from "../../../tests/free_port.ts";
import type { Host } from "../host.ts";
import { sidekickCommand } from "./sidekick.ts";

Deno.test("sidekickCommand() goes on as it was when an unexpected error comes at SIGHUP", async () => {
  const configPath = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(configPath, `listenaddress: "::1"\nlistenport: ${freePort()}\n`);
  let said = "", isBroken = false, hangUp = () => {}, stop = () => {};
  const told = Promise.withResolvers<void>(), ready = Promise.withResolvers<void>();
  const again = Promise.withResolvers<void>();
  const write = (text: string) => {
    said += text;
    if (said.includes("listening at")) ready.resolve();
    if (said.includes("this is a bug")) told.resolve();
    if (said.includes("SIGHUP: forwarding to nobody")) again.resolve();
  };
  const output = { write, isTerminal: false };
  const host: Host = {
    plugins: [],
    out: output,
    error: output,
    input: { read: () => Promise.resolve(null) },
    errorBytes: {
      write: (bytes) => {
        write(new TextDecoder().decode(bytes));
        return Promise.resolve(bytes.length);
      },
    },
    environment: () => {
      if (isBroken) throw new TypeError("nobody thought of it");
      return undefined;
    },
    onStop: (callback) => {
      stop = () => callback("SIGTERM");
      return { release: () => {} };
    },
    onHangup: (callback) => {
      hangUp = callback;
      return { release: () => {} };
    },
    rulesFolder: "",
  };
  try {
    const run = sidekickCommand({ configPath, dryRun: false }, host);
    await ready.promise;
    isBroken = true;
    hangUp();
    await told.promise;
    isBroken = false;
    hangUp();
    await again.promise;
    stop();
    assertEquals(await run, 0, said);
  } finally {
    await Deno.remove(configPath);
  }
  const wanted =
    "error: SIGHUP: nothing is changed: this is a bug: TypeError: nobody thought of it\n";
  assert(said.includes(wanted), said);
  assert(/listening at http:\/\/\[::1\]:\d+\n/.test(said), said);
});
