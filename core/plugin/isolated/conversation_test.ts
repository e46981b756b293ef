import { assertEquals } from "../../../tests/assert.ts";
import { NO_PERMISSIONS, type PluginPermissions } from "../permissions.ts";
import { Conversation } from "./conversation.ts";
import { FROM_GUEST } from "./frames.ts";
import type { GuestLink, TakeFrame } from "./link.ts";

const silent = () => {};

/** A guest that sends what it likes, and reads or does not. */
function talking(
  { reads, granted, asked }: {
    readonly reads: boolean;
    readonly granted?: PluginPermissions;
    readonly asked?: PluginPermissions;
  },
) {
  const ended = Promise.withResolvers<string>();
  let take: TakeFrame = () => {};
  const link: GuestLink = {
    post: () => reads ? Promise.resolve() : new Promise(() => {}),
    onFrame: (callback) => take = callback,
    ended: ended.promise,
    end: (reason) => ended.resolve(reason),
  };
  const conversation = new Conversation(link, {
    start: { kind: "source", config: {}, type: "text/javascript" },
    entry: new Uint8Array(),
    log: { debug: silent, info: silent, warning: silent, error: silent },
    checkWalls: () => {},
    ...granted && { granted },
    ...asked && { asked },
  });
  const send = (type: number, payload = new Uint8Array()) => take({ type, id: 0, payload });
  const reason = () => Promise.race([ended.promise, Promise.resolve("it goes on")]);
  return { conversation, send, reason, [Symbol.dispose]: () => ended.resolve("the test is over") };
}

Deno.test("a guest that does not read how many of its events were taken is ended", async () => {
  for (const reads of [true, false]) {
    using guest = talking({ reads });
    const { conversation } = guest;
    conversation.onEvents = () => conversation.taken(1);
    for (let count = 0; count < 5000; count++) {
      await guest.send(FROM_GUEST.events, new TextEncoder().encode("[]"));
      if (count % 100 === 0) await new Promise((go) => setTimeout(go));
    }
    const wanted = reads ? "it goes on" : "it does not read what it is told";
    assertEquals(await guest.reason(), wanted);
  }
});

Deno.test("a guest that sends events which nobody wants is ended", async () => {
  using guest = talking({ reads: true });
  for (let count = 0; count <= 20_000; count++) await guest.send(FROM_GUEST.events);
  assertEquals(await guest.reason(), "it sent more than 20000 answers in a second");
});

Deno.test("what a guest may not do is told beside what it was granted", async () => {
  const message = 'Requires net access to "a:1", run again with the --allow-net flag';
  const payload = new TextEncoder().encode(JSON.stringify({ message }));
  for (const [net, has] of [[["b:2", "c:3"], "b:2, c:3"], [[], "none"]] as const) {
    using guest = talking({ reads: true, granted: { ...NO_PERMISSIONS, net } });
    await guest.send(FROM_GUEST.broken, payload);
    assertEquals(
      await guest.reason(),
      'it cannot be used: Requires net access to "a:1", which nobody granted it ' +
        `(of net it has ${has}; falcod plugin add --grant net=a:1 grants it, or permissions.net in ` +
        "its entry of plugins does)",
    );
  }
  using guest = talking({
    reads: true,
    granted: { ...NO_PERMISSIONS, net: ["a:2"] },
    asked: { ...NO_PERMISSIONS, net: ["a:2"] },
  });
  await guest.send(FROM_GUEST.broken, payload);
  assertEquals(
    await guest.reason(),
    'it cannot be used: Requires net access to "a:1", which nobody granted it, and nobody can: its ' +
      'manifest does not ask for it (of net it has a:2; add "a:1" to permissions.net of its ' +
      "falcod-plugin.json, or have its maker do so, and install it again: falcod plugin add)",
  );
});

Deno.test("a guest whose answers are megabytes that nobody asked for is ended", async () => {
  using guest = talking({ reads: true });
  const payload = new Uint8Array(1 << 20);
  for (let count = 0; count <= 128; count++) await guest.send(FROM_GUEST.done, payload);
  assertEquals(await guest.reason(), "it sent more than 128 MB of answers in a second");
});
