/** Engines that users run, and the machine's engine where it belongs to a user. */
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { unknownContainer } from "../../../core/mod.ts";
import { CONTAINER, engine, ID, NEVER, ownerOfSocket, serve } from "./fixture_test.ts";

Deno.test("inspect() asks a user's engine about that user's containers alone", async () => {
  const path = `/containers/${ID}/json`;
  let asked = 0;
  await using machine = serve({});
  await using own = serve({ [path]: CONTAINER });
  await using others = serve({ [path]: () => Response.json({ ...CONTAINER, asked: ++asked }) });
  const owner = ownerOfSocket(own.socket);
  const userSockets = [{ userId: owner, socket: own.socket }, {
    userId: owner + 1,
    socket: others.socket,
  }];
  const podman = engine([machine.socket], { userSockets });
  assertEquals((await podman.inspect(ID, NEVER, owner))?.name, "web");
  assertEquals(await podman.inspect(ID, NEVER, owner + 2), undefined);
  assertEquals(await podman.inspect(ID, NEVER), undefined);
  assertEquals(asked, 0);
  const withoutRoots = engine(["/nonexistent/docker.sock"], { userSockets });
  const there = [undefined, owner, owner + 2, 0].map((user) => withoutRoots.isThere(user));
  assertEquals(await Promise.all(there), [true, true, false, false]);
});

Deno.test("inspect() asks nobody by a user's socket that has become a link to somebody else's", async () => {
  let asked = 0;
  await using others = serve({
    [`/containers/${ID}/json`]: () => Response.json({ ...CONTAINER, asked: ++asked }),
  });
  const owner = ownerOfSocket(others.socket);
  const socket = `${others.socket}.link`;
  Deno.symlinkSync(others.socket, socket);
  const ofAnother = engine([], { userSockets: [{ userId: owner + 1, socket }] });
  assertEquals(await ofAnother.inspect(ID, NEVER, owner + 1), undefined);
  assertEquals([asked, await ofAnother.isThere(owner + 1)], [0, false]);
});

Deno.test("inspect() asks the machine's engine about no user's containers, unless it is that user's", async () => {
  await using docker = serve({ [`/containers/${ID}/json`]: CONTAINER });
  const owner = ownerOfSocket(docker.socket);
  const one = engine([docker.socket]);
  const users = [undefined, owner, owner + 1];
  const infos = await Promise.all(users.map((user) => one.inspect(ID, NEVER, user)));
  assertEquals(infos.map((info) => info?.name), ["web", "web", undefined]);
  const there = [undefined, 0, owner, owner + 1].map((user) => one.isThere(user));
  assertEquals(await Promise.all(there), [true, true, true, false]);
});

Deno.test("inspect() takes less of a user's engine than of the machine's", async () => {
  const large = { ...CONTAINER, Labels: "x".repeat(300 << 10) };
  await using docker = serve({ [`/containers/${ID}/json`]: large });
  assertEquals((await engine([docker.socket]).inspect(ID, NEVER))?.name, "web");
  const userId = ownerOfSocket(docker.socket);
  const ofUser = engine([], { userSockets: [{ userId, socket: docker.socket }] });
  const inspecting = ofUser.inspect(ID, NEVER, userId);
  await assertRejects(() => inspecting, { name: "EngineError", code: "bad-answer" });
});

Deno.test("whenAbsent() tells of users' Docker, and of the machine's nothing", () => {
  const container = unknownContainer({ id: ID.slice(0, 12), fullId: ID, engine: "docker" });
  assertEquals(engine([]).whenAbsent(container), undefined);
  const told = engine([]).whenAbsent({ ...container, userId: 1000 }) ?? "";
  assert(
    /Docker of user 1000: .* \/run\/user\/1000\/docker\.sock, start falcod again$/.test(told),
    told,
  );
});
