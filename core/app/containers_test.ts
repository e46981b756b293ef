import { assertEquals } from "../../tests/assert.ts";
import type { ContainerEngine, ContainerInfo } from "../plugin/mod.ts";
import {
  type Container,
  type ContainerEngineName,
  NOTHING_TOLD,
  unknownContainer,
} from "../state/mod.ts";
import { ContainerLookup, recognizerOf } from "./containers.ts";
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
  readonly glimpsed: Container[];
  readonly givenUp: string[];
  readonly warnings: string[];
}

/** A lookup whose run ends when as many containers were found or given up as were asked about. */
class Stage {
  readonly asked: Asked = { found: [], glimpsed: [], givenUp: [], warnings: [] };
  readonly stop = new AbortController();
  readonly lookup: ContainerLookup;
  readonly known = new Map<string, Container>();
  #heard: (() => void)[] = [];

  constructor(
    inspect: ContainerEngine["inspect"],
    more: Partial<ContainerEngine> = {},
    others: readonly ContainerEngine[] = [],
  ) {
    const { found, givenUp, warnings } = this.asked;
    this.lookup = new ContainerLookup({
      engines: [
        { name: "fake", isThere: () => Promise.resolve(true), inspect, ...more },
        ...others,
      ],
      log: { ...silentLogger, warning: (message) => void warnings.push(message) },
      signal: this.stop.signal,
      waitMs: 50,
      found: (container) => {
        this.known.set(container.id, container);
        this.#hear(() => found.push(container));
      },
      glimpsed: (container) => void this.asked.glimpsed.push(container),
      givenUp: (id) => this.#hear(() => givenUp.push(id)),
      current: (id) => this.known.get(id),
      unknown: () => [],
    });
  }

  /** Runs until `stop` aborts; somebody has looked who is there when this resolves. */
  async start(): Promise<void> {
    void this.lookup.run();
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** When that many containers were found or given up. */
  async heard(count: number): Promise<Asked> {
    const { found, givenUp } = this.asked;
    while (found.length + givenUp.length < count) {
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
    return this.asked;
  }

  #hear(note: () => void): void {
    note();
    for (const resolve of this.#heard.splice(0)) resolve();
  }
}

async function ask(
  inspect: ContainerEngine["inspect"],
  containers: readonly Container[],
): Promise<Asked> {
  const stage = new Stage(inspect);
  for (const container of containers) stage.lookup.ask(container);
  const asked = await stage.heard(containers.length);
  stage.stop.abort();
  return asked;
}

Deno.test("recognizerOf() leaves engines out, or has everything in one container", () => {
  const lxc = "/lxc.payload.web";
  const docker = `/docker/${"a".repeat(64)}`;
  const some = recognizerOf({ notRecognized: new Set(["lxc"]), onlyContainer: undefined });
  assertEquals([some(lxc), some(docker)?.engine], [undefined, "docker"]);
  const only = { ...container("task"), engine: "static" as const };
  const all = recognizerOf({ notRecognized: new Set(), onlyContainer: only });
  assertEquals([all(lxc)?.id, all("/")?.id], ["task", "task"]);
});

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

/** Knows all containers, or none if it hangs; notes what it is asked about. */
function engineOf(
  name: ContainerEngineName,
  asked: string[],
  inspect: ContainerEngine["inspect"] = (fullId) => Promise.resolve(info(fullId)),
): ContainerEngine {
  return {
    name,
    runs: new Set([name]),
    isThere: () => Promise.resolve(true),
    inspect: (fullId, signal) => {
      asked.push(`${name} ${fullId}`);
      return inspect(fullId, signal);
    },
  };
}

Deno.test("ContainerLookup asks first whose container it seems to be", async () => {
  const asked: string[] = [];
  const docker = engineOf("docker", asked, () => Promise.resolve(undefined));
  const podman = engineOf("podman", asked);
  const stage = new Stage(docker.inspect, docker, [podman]);
  stage.lookup.ask({ ...container("abc"), engine: "podman" });
  stage.lookup.ask({ ...container("def"), engine: "docker" });
  await stage.heard(2);
  stage.stop.abort();
  assertEquals(asked, ["podman abcabc", "docker defdef", "podman defdef"]);
});

Deno.test("ContainerLookup is not held up by an engine that hangs", async () => {
  const asked: string[] = [];
  const hangs = engineOf("docker", asked, () => new Promise(() => {}));
  const stage = new Stage(hangs.inspect, hangs, [engineOf("podman", asked)]);
  for (let index = 0; index < 10; index++) stage.lookup.ask(container(`${index}`));
  stage.lookup.ask({ ...container("abc"), engine: "podman" });
  const { found } = await stage.heard(1);
  stage.stop.abort();
  assertEquals(found.map(({ id }) => id), ["abc"]);
});

Deno.test("ContainerLookup is not held up by an engine of a user's that hangs", async () => {
  const users: unknown[] = [];
  const hangs: ContainerEngine["inspect"] = (fullId, _signal, userId) => {
    users.push(userId);
    return userId === undefined ? Promise.resolve(info(fullId)) : new Promise(() => {});
  };
  const stage = new Stage(hangs);
  for (let index = 0; index < 10; index++) {
    stage.lookup.ask({ ...container(`${index}`), userId: 1000 });
  }
  stage.lookup.ask(container("abc"));
  const { found } = await stage.heard(1);
  stage.stop.abort();
  assertEquals(found.map(({ id }) => id), ["abc"]);
  assertEquals(users, [1000, 1000, 1000, 1000, undefined]);
});

Deno.test("ContainerLookup leaves an engine alone that failed, but for its own containers", async () => {
  const asked: string[] = [];
  const tries = Promise.withResolvers<void>();
  const fails = engineOf("docker", asked, () => Promise.reject(new Error("no answer")));
  const knowsNone = engineOf("podman", asked, () => {
    if (asked.length === 7) tries.resolve();
    return Promise.resolve(undefined);
  });
  const stage = new Stage(fails.inspect, fails, [knowsNone]);
  await stage.start();
  stage.lookup.ask({ ...container("abc"), engine: "podman" });
  await new Promise((resolve) => setTimeout(resolve));
  stage.lookup.ask(container("def"));
  await tries.promise;
  stage.stop.abort();
  assertEquals(
    asked,
    [
      ...["podman abcabc", "docker abcabc", "docker defdef", "podman defdef"],
      ...["podman abcabc", "docker defdef", "podman defdef"],
    ].slice(0, asked.length),
  );
});

Deno.test("ContainerLookup tells what can be known at once, and goes on waiting for the engine", async () => {
  const answer = Promise.withResolvers<ContainerInfo>();
  const name = "noted";
  const stage = new Stage(() => answer.promise, { glimpse: () => ({ ...NOTHING_TOLD, name }) });
  await stage.start();
  stage.lookup.ask(container("abc"));
  assertEquals(stage.asked.glimpsed, [{ ...container("abc"), name, known: false }]);
  assertEquals([...stage.lookup.ids], ["abc"]);
  answer.resolve(info("abcabc"));
  const { found } = await stage.heard(1);
  assertEquals(found.map(({ name, known }) => [name, known]), [["name-abcabc", true]]);
  stage.stop.abort();
});

Deno.test("ContainerLookup waits for a container until it is found", async () => {
  const answer = Promise.withResolvers<ContainerInfo>();
  const stage = new Stage(() => answer.promise);
  await stage.start();
  stage.lookup.ask(container("abc"));
  stage.lookup.ask(container("abc"));
  assertEquals([...stage.lookup.ids], ["abc"]);
  answer.resolve(info("abcabc"));
  await stage.heard(1);
  assertEquals([stage.lookup.ids.size, stage.asked.found.length], [0, 1]);
  stage.stop.abort();
});

Deno.test("ContainerLookup gives up what no engine knows, and waits for it no longer", async () => {
  const stage = new Stage(() => Promise.resolve(undefined));
  await stage.start();
  stage.lookup.ask(container("abc"));
  assertEquals(stage.lookup.ids.size, 1);
  await stage.heard(1);
  assertEquals([stage.lookup.ids.size, stage.asked.givenUp], [0, ["abc"]]);
  stage.stop.abort();
});

Deno.test("ContainerLookup waits for nothing where nobody is to be asked", async () => {
  const inspect = () => Promise.reject(new Error("asked"));
  const stage = new Stage(inspect, { isThere: () => Promise.resolve(false) });
  await stage.start();
  stage.lookup.ask(container("abc"));
  assertEquals(stage.lookup.ids.size, 0);
  await stage.heard(1);
  assertEquals([stage.asked.givenUp, stage.asked.warnings], [["abc"], []]);
  stage.stop.abort();
});

Deno.test("ContainerLookup asks first about what something waits for", async () => {
  const order: string[] = [];
  const held = Promise.withResolvers<void>();
  const stage = new Stage(async (fullId) => {
    order.push(fullId);
    await held.promise;
    return info(fullId);
  });
  for (let index = 0; index < 10; index++) stage.lookup.ask(container(`${index}`));
  stage.lookup.hurry("8");
  held.resolve();
  await stage.heard(10);
  assertEquals(order.slice(0, 5), ["00", "11", "22", "33", "88"]);
});

Deno.test("ContainerLookup asks about what engines tell of, and again when they do so again", async () => {
  const reference = { id: "abc", fullId: "abcabc", engine: "podman" } as const;
  const names = ["made", "started"];
  const stage = new Stage(
    (fullId) => {
      const name = names.shift();
      assertEquals(stage.lookup.ids.size, name === "made" ? 1 : 0);
      return Promise.resolve({ ...info(fullId), name });
    },
    {
      watch: async (_signal, told) => {
        told(reference, { name: "told" });
        await stage.heard(1);
        told(reference, { name: "told again" });
      },
    },
  );
  const running = stage.lookup.run();
  const { found } = await stage.heard(2);
  stage.stop.abort();
  await running;
  assertEquals(found.map(({ name, engine }) => [name, engine]), [
    ["made", "podman"],
    ["started", "podman"],
  ]);
  assertEquals(stage.asked.glimpsed.map(({ name, known }) => [name, known]), [["told", false]]);
});

Deno.test("ContainerLookup asks at once when an engine tells of what it did not know", async () => {
  const asked: string[] = [];
  let tell = () => {};
  const stage = new Stage(
    (fullId) => {
      asked.push(fullId);
      if (asked.length === 5) queueMicrotask(() => setTimeout(tell));
      return Promise.resolve(asked.length < 6 ? undefined : info(fullId));
    },
    {
      watch: (_signal, told) => {
        tell = () => told({ id: "abc", fullId: "abcabc", engine: "docker" });
        return Promise.resolve();
      },
    },
  );
  await stage.start();
  stage.lookup.ask(container("abc"));
  await stage.heard(1);
  stage.stop.abort();
  assertEquals(asked.length, 6);
});

Deno.test("ContainerLookup never asks about containers that no engine lists, nor about too many", async () => {
  const stage = new Stage(() => new Promise(() => {}));
  await stage.start();
  stage.lookup.ask({ ...container("abc"), engine: "lxc" });
  assertEquals(stage.lookup.ids.size, 0);
  for (let index = 0; index < 10_000; index++) stage.lookup.ask(container(`${index}`));
  assertEquals([stage.lookup.ids.size, stage.lookup.skipped], [4096, 5904]);
  stage.stop.abort();
});

Deno.test("ContainerLookup takes what the machine's engine tells for no user's container", async () => {
  const fullId = "0123456789ab".padEnd(64, "c");
  const reference = { id: "0123456789ab", fullId, engine: "podman" } as const;
  const users: (number | undefined)[] = [];
  const stage = new Stage((fullId, _signal, userId) => {
    users.push(userId);
    return Promise.resolve(info(fullId));
  }, {
    watch: (_signal, told) => Promise.resolve(told(reference, { name: "told" })),
  });
  stage.known.set(reference.id, unknownContainer({ ...reference, userId: 1000 }));
  await stage.start();
  const { found, glimpsed } = await stage.heard(1);
  stage.stop.abort();
  for (const { id, userId } of [...glimpsed, ...found]) {
    assertEquals([id, userId], [fullId, undefined]);
  }
  assertEquals([glimpsed.length, found.length, users], [1, 1, [undefined]]);
});

Deno.test("ContainerLookup takes what the machine's engine noted for no user's container", async () => {
  const glimpse = () => ({ ...NOTHING_TOLD, name: "noted" });
  const stage = new Stage((fullId) => Promise.resolve(info(fullId)), { glimpse });
  stage.lookup.ask({ ...container("abc"), userId: 1000 });
  await stage.heard(1);
  stage.stop.abort();
  assertEquals(stage.asked.glimpsed, []);
});
