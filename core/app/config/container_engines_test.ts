import { assertEquals } from "../../../tests/assert.ts";
import { userSockets } from "./container_engines.ts";

Deno.test("userSockets() finds podman's sockets that belong to those who are logged in", () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-users-" });
  const own = Deno.uid() || 1000;
  const listeners = [];
  for (const name of [`${own}`, "4711", "x"]) {
    Deno.mkdirSync(`${folder}/${name}/podman`, { recursive: true });
    const path = `${folder}/${name}/podman/podman.sock`;
    listeners.push(Deno.listen({ transport: "unix", path }));
    // only root can give it away; whoever is not root has it already
    if (Deno.uid() === 0 && name === `${own}`) Deno.chownSync(path, own, own);
  }
  Deno.mkdirSync(`${folder}/4712/podman`, { recursive: true });
  Deno.symlinkSync("/dev/null", `${folder}/4712/podman/podman.sock`);
  try {
    assertEquals(userSockets(folder), [
      { userId: own, socket: `${folder}/${own}/podman/podman.sock` },
    ]);
    assertEquals(userSockets(`${folder}/nonexistent`), []);
  } finally {
    for (const listener of listeners) listener.close();
    Deno.removeSync(folder, { recursive: true });
  }
});
