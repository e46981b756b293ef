import { assertEquals } from "../../tests/assert.ts";
import type { ContainerEngine, ContainerInfo } from "../plugin/mod.ts";
import { type Container, NOTHING_TOLD, unknownContainer } from "../state/mod.ts";
import { ContainerLookup } from "./containers.ts";
import { silentLogger } from "./log.ts";

function container(id: string): Container {
  return unknownContainer({ id, fullId: id.repeat(2), engine: "docker" });
}

function info(fullId: string): ContainerInfo {
  return {
    ...NOTHING_TOLD,
    fullId,
    name: `name-${fullId}`,
    image: "nginx:1.0",
    imageRepository: "nginx",
    imageTag: "1.0",
    privileged: false,
  };
}

interface Asked {
  readonly found: Container[];
  readonly warnings: string[];
}

async function ask(
  inspect: ContainerEngine["inspect"],
  containers: readonly Container[],
): Promise<Asked> {
  const asked: Asked = { found: [], warnings: [] };
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const lookup = new ContainerLookup({
    engines: [{ name: "fake", inspect }],
    log: { ...silentLogger, warning: (message) => void asked.warnings.push(message) },
    signal: stop.signal,
    found: (container) => {
      asked.found.push(container);
      if (asked.found.length === containers.length) resolve();
    },
  });
  for (const container of containers) lookup.ask(container);
  await promise;
  stop.abort();
  return asked;
}

Deno.test("ContainerLookup tells what an engine knows, under the container's own id", async () => {
  const { found } = await ask((fullId) => Promise.resolve(info(fullId)), [container("abc")]);
  assertEquals(found.map(({ id, name, known }) => ({ id, name, known })), [
    { id: "abc", name: "name-abcabc", known: true },
  ]);
});

Deno.test("ContainerLookup asks again when the engine does not know the container yet", async () => {
  let asked = 0;
  const { found } = await ask(
    (fullId) => Promise.resolve(++asked < 2 ? undefined : info(fullId)),
    [container("abc")],
  );
  assertEquals([found.length, asked], [1, 2]);
});

Deno.test("ContainerLookup warns once of an engine that does not answer", async () => {
  let asked = 0;
  const { warnings } = await ask(
    (fullId) =>
      ++asked <= 2 ? Promise.reject(new Error("no answer")) : Promise.resolve(info(fullId)),
    [container("abc")],
  );
  assertEquals(warnings, ['Container engine "fake" does not answer: no answer']);
});

Deno.test("ContainerLookup asks about a few containers at a time", async () => {
  let underWay = 0, most = 0;
  const containers = Array.from({ length: 20 }, (_, index) => container(`c${index}`));
  await ask(async (fullId) => {
    most = Math.max(most, ++underWay);
    await Promise.resolve();
    underWay--;
    return info(fullId);
  }, containers);
  assertEquals(most, 4);
});
