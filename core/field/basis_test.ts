import { type Event, eventCodesByName, type FileDescriptor } from "../event/mod.ts";
import { State, type Thread } from "../state/mod.ts";
import { event, snapshot } from "../state/testing.ts";
import { assert, assertEquals } from "../../tests/assert.ts";
import type { Basis } from "./field.ts";
import { syscallFields } from "./table.ts";

/** The object, but reading any other property fails. */
function only<Thing extends object>(what: string, thing: Thing, allowed: readonly string[]): Thing {
  return new Proxy(thing, {
    get: (target, name) => {
      if (!allowed.includes(String(name))) throw new Error(`reads ${what}.${String(name)}`);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const path = { raw: "/etc/x", given: "/etc/x", resolved: "/etc/x" };
const plain: FileDescriptor = {
  number: 3,
  typeChar: "f",
  path,
  socket: undefined,
  protocol: undefined,
  role: undefined,
  connected: undefined,
  inode: 1n,
  device: 1,
  flags: 0,
  onOverlayUpper: false,
  isServer: false,
  known: true,
};
const ids = { threadId: 100, processId: 100 };

function stateWith(descriptor: FileDescriptor | undefined): State {
  const state = new State();
  state.seed([snapshot(1), snapshot(100, { parentId: 1 })]);
  state.begin(event(100, { ...ids, descriptor }));
  return state;
}

/** `parent` is what the table follows. */
const PROCESS = ["id", "parent", "parentId", "image", "cwd", "membership", "credentials", "comm"];

/** Of a descriptor, what events of one kin share. */
const KIN = ["path", "typeChar", "number", "known", "flags"];

/** What fields of a basis may look at, and nothing else. */
function sight(basis: Basis): readonly [Event, State] {
  switch (basis) {
    case "event": {
      const descriptor = only(
        "descriptor",
        plain,
        Object.keys(plain).filter((key) => key !== "path"),
      );
      const state = stateWith(descriptor);
      return [event(100, { ...ids, descriptor }), only("state", state, ["descriptor"])];
    }
    case "kin":
    case "names": {
      const descriptor = only("descriptor", plain, KIN);
      const state = stateWith(descriptor);
      const seen = only("event", event(100), ["type", "compat", "result", "param", "paramCount"]);
      return [
        seen,
        only("state", state, ["descriptor", "view", ...basis === "names" ? ["process"] : []]),
      ];
    }
    case "path": {
      const descriptor = only("descriptor", plain, ["path", "typeChar", "number", "known"]);
      return [
        only("event", event(100), []),
        only("state", stateWith(descriptor), ["descriptor", "view"]),
      ];
    }
    case "process": {
      const state = stateWith(undefined);
      const tables = {
        processes: only("processes", state.processes, ["parent", "ancestor", "ancestors"]),
        user: (id: number) => state.user(id),
        loginUser: (id: number) => state.loginUser(id),
        group: (id: number) => state.group(id),
        containers: only("containers", state.containers, ["get"]),
      };
      const process = only("process", state.process!, [...PROCESS, "containerId"]);
      const thread = only("thread", { ...state.thread!, ...own(state.thread!), process }, [
        "id",
        "process",
        "comm",
        "image",
        "credentials",
        "virtualId",
      ]);
      const view = { ...tables, thread, process } as unknown as State;
      // Of an event about a container nothing is taken from what is known of its thread.
      return [
        only("event", event(100), ["aboutContainer"]),
        only("state", view, ["thread", "process", ...Object.keys(tables)]),
      ];
    }
  }
}

/** A record's accessors as plain values. */
function own({ id, comm, image, credentials, virtualId }: Thread): Partial<Thread> {
  return { id, comm, image, credentials, virtualId };
}

for (const basis of ["event", "kin", "names", "path", "process"] as const) {
  Deno.test(`fields with the basis "${basis}" look at nothing else`, () => {
    const fields = [...syscallFields.values()].filter((field) => field.basis === basis);
    assert(fields.length > 4);
    for (const { name, argument, extract } of fields) {
      const [seen, state] = sight(basis);
      const value = argument?.required ? "name" : undefined;
      for (const given of argument?.kind === "index" ? [value, 0, 1] : [value]) {
        try {
          extract(seen, state, given);
        } catch (error) {
          throw new Error(`${name} is not based on the ${basis} alone`, { cause: error });
        }
      }
    }
  });
}

Deno.test("fields with the basis of a kin do not tell two successes apart", () => {
  const openat = Math.max(...eventCodesByName("openat"));
  const events = [3, 9].map((number) => {
    const descriptor = { ...plain, number };
    const state = stateWith(descriptor);
    return [event(openat, { ...ids, descriptor, result: number }), state] as const;
  });
  for (const { name, argument, basis, extract } of syscallFields.values()) {
    if (basis !== "kin" && basis !== "names") continue;
    const value = argument?.required ? "name" : undefined;
    const [first, second] = events.map(([seen, state]) => extract(seen, state, value));
    assertEquals(first, second, name);
  }
});
