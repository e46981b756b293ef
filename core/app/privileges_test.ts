import { assertEquals } from "../../tests/assert.ts";
import { Registry } from "../plugin/mod.ts";
import { planDrop, privilegesText, startsOf } from "./privileges.ts";

const WANTED = { drop: true, keep: [] };
const LITTLE = ["CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"] as const;

function plan(needs: Partial<Parameters<typeof planDrop>[1]>, wanted = {}) {
  const standard = {
    starts: "nothing",
    hasOwnProcesses: false,
    writesElsewhere: false,
    keepsBpf: false,
  } as const;
  return planDrop({ ...WANTED, ...wanted }, { ...standard, ...needs });
}

Deno.test("planDrop() keeps two capabilities where nothing is started", () => {
  assertEquals(plan({}), { keep: [...LITTLE], forPrograms: [], noNewPrivileges: true });
});

Deno.test("planDrop() leaves to what falcod starts what that needs", () => {
  assertEquals(plan({ starts: "programs" }), { keep: [...LITTLE], noNewPrivileges: false });
  assertEquals(plan({ starts: "programs", hasOwnProcesses: true }).keep, [...LITTLE, "CAP_KILL"]);
  assertEquals(plan({ starts: "itself", hasOwnProcesses: true }), {
    keep: [...LITTLE, "CAP_KILL"],
    forPrograms: ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"],
    noNewPrivileges: false,
  });
});

Deno.test("planDrop() keeps what is asked for, what old kernels want, and files of others", () => {
  assertEquals(plan({ writesElsewhere: true, keepsBpf: true }).keep, [
    ...LITTLE,
    "CAP_BPF",
    "CAP_PERFMON",
    "CAP_DAC_OVERRIDE",
  ]);
  const keep = ["CAP_NET_ADMIN", "CAP_OF_TOMORROW"];
  assertEquals(plan({}, { keep }).keep, [...LITTLE, "CAP_NET_ADMIN"]);
  const user = { userId: 1, groupId: 2, groups: [3] };
  assertEquals(plan({}, { user }).user, user);
});

Deno.test("planDrop() has who is not root hand on what starting plugins takes, and use none of it", () => {
  const user = { userId: 1, groupId: 2, groups: [] };
  const { keep, handOn } = plan({ starts: "programs", hasOwnProcesses: true }, { user });
  assertEquals(keep, [...LITTLE, "CAP_KILL"]);
  assertEquals(handOn, [
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_DAC_READ_SEARCH",
    "CAP_KILL",
  ]);
  assertEquals(plan({}, { user }).handOn, undefined);
});

Deno.test("startsOf() goes by the plugins that there are, not by those that are listed", async () => {
  const guest = { name: "a", kind: "sink", state: "starting", restarts: 0 } as const;
  const cases = [
    [[], [], "nothing", false],
    [[], [{ ...guest, isIsolated: false }], "nothing", false],
    [[], [{ ...guest, isIsolated: true }], "itself", true],
    [["a library"], [], "libraries", false],
    [["a library"], [{ ...guest, isIsolated: true }], "libraries", true],
  ] as const;
  for (const [natives, statuses, starts, hasOwnProcesses] of cases) {
    const guests = { statuses: () => statuses };
    const run = { settings: { sinks: [] }, registry: new Registry([]), natives, guests };
    assertEquals(await startsOf(run), { starts, hasOwnProcesses });
  }
});

Deno.test("privilegesText() says who it is and what it may do", () => {
  const state = { userId: 7, capabilities: [], bounding: [], noNewPrivileges: true };
  assertEquals(privilegesText(state), "kept none, as user 7; programs that falcod starts get none");
  const bounding = ["CAP_SETUID", "CAP_SETGID"] as const;
  assertEquals(
    privilegesText({ ...state, bounding, noNewPrivileges: false }),
    "kept none, as user 7; programs that falcod starts can have CAP_SETUID, CAP_SETGID",
  );
  assertEquals(
    privilegesText({ ...state, capabilities: ["CAP_SYS_PTRACE"] }),
    "kept CAP_SYS_PTRACE, as user 7; programs that falcod starts get none beyond these",
  );
});
