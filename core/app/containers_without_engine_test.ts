/** What `ContainerLookup` makes of containers whose engine is not there. */
import { assertEquals } from "../../tests/assert.ts";
import type { ContainerEngine } from "../plugin/mod.ts";
import { type Container, NOTHING_TOLD, unknownContainer } from "../state/mod.ts";
import { ContainerLookup } from "./containers.ts";
import { silentLogger } from "./log.ts";

const fullId = (id: string) => id.repeat(2);

function container(id: string, more: Partial<Container> = {}): Container {
  return { ...unknownContainer({ id, fullId: fullId(id), engine: "podman" }), ...more };
}

interface Seen {
  readonly waited: boolean;
  readonly glimpsed: readonly Container[];
  readonly warnings: readonly string[];
}

/** Asked about these one after the other, until each was given up. */
async function ask(
  engine: Partial<ContainerEngine>,
  containers: readonly Container[],
): Promise<Seen> {
  const stop = new AbortController();
  const glimpsed: Container[] = [];
  const warnings: string[] = [];
  let waited = false;
  let givenUp = () => {};
  const known = new Map<string, Container>();
  const lookup = new ContainerLookup({
    engines: [{
      name: "podman",
      runs: new Set(["podman"]),
      isThere: () => Promise.resolve(false),
      inspect: () => Promise.reject(new Error("it is not there")),
      ...engine,
    }],
    log: { ...silentLogger, warning: (message) => void warnings.push(message) },
    signal: stop.signal,
    waitMs: 50,
    found: () => {},
    glimpsed: (container) => {
      glimpsed.push(container);
      known.set(container.id, container);
    },
    givenUp: () => givenUp(),
    current: (id) => known.get(id),
    unknown: () => [],
  });
  for (const one of containers) {
    const done = new Promise<void>((resolve) => givenUp = resolve);
    lookup.ask(one);
    waited ||= lookup.ids.has(one.id);
    await done;
    assertEquals(lookup.ids.size, 0);
  }
  stop.abort();
  return { waited, glimpsed, warnings };
}

Deno.test("ContainerLookup takes what is noted of a user's container where the user's engine is not there", async () => {
  const asked: unknown[] = [];
  const recall: ContainerEngine["recall"] = (...of) => {
    asked.push(of);
    return Promise.resolve({ ...NOTHING_TOLD, name: "own" });
  };
  const { waited, glimpsed } = await ask({ recall }, [container("abc", { userId: 1000 })]);
  assertEquals(asked, [[fullId("abc"), 1000]]);
  assertEquals(glimpsed.map(({ id, userId, name, known }) => [id, userId, name, known]), [
    ["abc", 1000, "own", false],
  ]);
  assertEquals(waited, true);
});

Deno.test("ContainerLookup asks for a user's notes about no container of the machine's, nor of others' engines", async () => {
  const recall = () => Promise.resolve({ ...NOTHING_TOLD, name: "own" });
  const others = [container("abc"), container("abd", { userId: 1000, engine: "docker" })];
  assertEquals(await ask({ recall }, others), { waited: false, glimpsed: [], warnings: [] });
  const nothing = { recall: () => Promise.resolve(undefined) };
  assertEquals((await ask(nothing, [container("abc", { userId: 1000 })])).glimpsed, []);
});

Deno.test("ContainerLookup has an engine's notes of others' containers, as far as they are its own to know", async () => {
  const engine = {
    notes: new Set(["podman", "cri-o"] as const),
    glimpse: (fullId: string) => ({ ...NOTHING_TOLD, name: `name of ${fullId}` }),
  };
  const { glimpsed } = await ask(engine, [
    container("abc", { engine: "cri-o" }),
    container("abd", { engine: "docker" }),
    container("abe"),
  ]);
  assertEquals(glimpsed.map(({ name }) => name), ["name of abcabc", "name of abeabe"]);
});

Deno.test("ContainerLookup tells once that an engine is not there, and once that users' are not", async () => {
  const engine: Partial<ContainerEngine> = {
    glimpse: () => ({ ...NOTHING_TOLD, image: "nginx:1" }),
    whenAbsent: ({ id, userId, image }) => `${id} of ${userId} runs ${image}`,
  };
  const { warnings } = await ask(engine, [
    container("abc", { engine: "docker" }),
    container("abd"),
    container("abe"),
    container("abf", { userId: 1000 }),
    container("abg", { userId: 1001 }),
  ]);
  assertEquals(warnings, ["abd of undefined runs nginx:1", "abf of 1000 runs undefined"]);
});
