import { assertEquals } from "../../tests/assert.ts";
import { type Container, type State } from "../state/mod.ts";
import {
  CLOCK_NS,
  eventOf,
  type ProcessSketch,
  stateOf,
  TIME_NS,
  valueOf,
} from "./fixture_test.ts";

const FULL_ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";
const event = eventOf("execve");

/** Empty where there is nothing to say. */
const BLANK = [
  ...["image", "image.id", "image.repository", "image.tag", "image.digest", "ip", "cni.json"]
    .map((name) => `container.${name}`),
  ...["container.labels", "container.mounts"],
  ...["sandbox_id", "full_sandbox_id", "ip", "labels", "cni.json"].map((name) => `k8s.pod.${name}`),
];

function contained(details?: Partial<Container>): State {
  const state = stateOf({ processId: 100, membership: { cgroup: `/docker/${FULL_ID}` } });
  state.begin(event);
  const id = state.process!.containerId;
  state.end(event);
  const container = state.containers.get(id)!;
  if (details) state.containers.set({ ...container, known: true, ...details });
  return state;
}

Deno.test("the host is a container called host, with nothing else to say of it", () => {
  const of = (name: string) => valueOf(name, event);
  for (const name of ["container.id", "container.full_id", "container.name", "container.type"]) {
    assertEquals(of(name), "host", name);
  }
  for (const name of BLANK) assertEquals(of(name), "", name);
  for (const name of ["privileged", "host_pid", "host_network", "host_ipc"]) {
    assertEquals(of(`container.${name}`), false, name);
  }
  for (
    const name of [
      ...["k8s.pod.name", "k8s.ns.name", "k8s.pod.uid", "k8s.pod.id", "k8s.pod.label.a"],
      ...["container.label.a", "container.mount[0]", "container.mount.source[/]"],
    ]
  ) {
    assertEquals(of(name), undefined, name);
  }
});

Deno.test("the host was started when its pid namespace was, as the machine", () => {
  const state = stateOf({ processId: 1 }, { processId: 100, parentId: 1 });
  const start = valueOf("proc.pidns_init_start_ts", event, state);
  assertEquals(start, TIME_NS - BigInt(CLOCK_NS) + 1n);
  assertEquals(valueOf("container.start_ts", event, state), start);
  assertEquals(valueOf("container.duration", event, state), CLOCK_NS - 1);
});

Deno.test("of a container nobody has asked about, only what its cgroup tells is known", () => {
  const state = contained();
  assertEquals(valueOf("container.id", event, state), "3ad7b26ded6d");
  assertEquals(valueOf("container.full_id", event, state), FULL_ID);
  assertEquals(valueOf("container.type", event, state), "docker");
  for (const name of ["container.name", "container.image", "container.labels"]) {
    assertEquals(valueOf(name, event, state), undefined, name);
  }
});

Deno.test("what the engine of a container has no word for is empty, and its labels are absent", () => {
  const known = contained({});
  for (const name of ["container.name", ...BLANK]) {
    assertEquals(valueOf(name, event, known), "", name);
    assertEquals(valueOf(name, event, contained()), undefined, name);
  }
  for (const name of ["k8s.pod.name", "k8s.ns.name", "container.label.a", "k8s.pod.label.a"]) {
    assertEquals(valueOf(name, event, known), undefined, name);
  }
});

Deno.test("container.… are what the engine answered", () => {
  const state = contained({
    name: "web",
    image: "registry:5000/nginx:1.25",
    imageId: "abc",
    imageRepository: "registry:5000/nginx",
    imageTag: "1.25",
    imageDigest: "sha256:00",
    privileged: true,
    startNs: TIME_NS - 2_000_000_000n,
    labels: new Map([["b", ""], ["a", "1"], ["io.kubernetes.pod.name", "web-0"]]),
  });
  const of = (name: string) => valueOf(name, event, state);
  assertEquals(of("container.name"), "web");
  assertEquals(of("container.image"), "registry:5000/nginx:1.25");
  assertEquals(of("container.image.id"), "abc");
  assertEquals(of("container.image.repository"), "registry:5000/nginx");
  assertEquals(of("container.image.tag"), "1.25");
  assertEquals(of("container.image.digest"), "sha256:00");
  assertEquals(of("container.privileged"), true);
  assertEquals(of("container.start_ts"), TIME_NS - 2_000_000_000n);
  assertEquals(of("container.duration"), 2_000_000_000);
  assertEquals(of("container.labels"), "a:1, b");
  assertEquals(of("container.label[a]"), "1");
  assertEquals(of("container.label.a"), "1");
  assertEquals(of("container.label[none]"), undefined);
});

Deno.test("container.start_ts is when the container's first process began, or what the engine says", () => {
  const cgroup = `/docker/${FULL_ID}`;
  const first = {
    processId: 90,
    startClockNs: 3_000_000_000,
    membership: { cgroup, virtualPid: 1 },
  };
  const inside = { processId: 100, parentId: 90, membership: { cgroup, virtualPid: 5 } };
  const host = { processId: 1, membership: { virtualPid: 1 } };
  const startOf = (...processes: readonly ProcessSketch[]) => {
    const state = stateOf(...processes);
    return valueOf("container.start_ts", event, state);
  };
  assertEquals(startOf(host, { ...first, parentId: 1 }, inside), TIME_NS - 2_000_000_000n);
  assertEquals(startOf(host, { ...inside, parentId: 1 }), undefined);
});

Deno.test("container.mount… means one by its number, or by a path with *", () => {
  const state = contained({
    mounts: [
      { source: "/srv", destination: "/data", mode: "z", writable: true, propagation: "rprivate" },
      { source: "/proc", destination: "/host/proc", mode: "", writable: false, propagation: "" },
    ],
  });
  const of = (name: string) => valueOf(name, event, state);
  assertEquals(of("container.mounts"), "/srv:/data:z:true:rprivate,/proc:/host/proc::false:");
  assertEquals(of("container.mount[1]"), "/proc:/host/proc::false:");
  assertEquals(of("container.mount.dest[/proc*]"), "/host/proc");
  assertEquals(of("container.mount.source[/host/*]"), "/proc");
  assertEquals(of("container.mount.mode[/srv]"), "z");
  assertEquals(of("container.mount.rdwr[0]"), "true");
  assertEquals(of("container.mount.propagation[/s*v]"), "rprivate");
  for (const argument of ["2", "/", "/host/proc"]) {
    assertEquals(of(`container.mount.dest[${argument}]`), undefined, argument);
  }
});

Deno.test("mounts that are known without the engine are shown, also where there are none", () => {
  const mounts = [
    { source: "/srv", destination: "/data", mode: "", writable: false, propagation: "rprivate" },
  ];
  const shown = (mounts: Container["mounts"]) =>
    valueOf("container.mounts", event, contained({ known: false, mounts }));
  assertEquals([shown(mounts), shown([])], ["/srv:/data::false:rprivate", ""]);
  assertEquals(valueOf("container.mounts", event, contained()), undefined);
});

Deno.test("container.known tells an answer of the engine from none", () => {
  assertEquals(valueOf("container.known", event), true);
  assertEquals(valueOf("container.known", event, contained()), false);
  assertEquals(valueOf("container.known", event, contained({})), true);
});

Deno.test("k8s.… are read from the labels that Kubernetes gives", () => {
  const state = contained({
    labels: new Map([
      ["io.kubernetes.pod.name", "web-0"],
      ["io.kubernetes.pod.namespace", "shop"],
      ["io.kubernetes.pod.uid", "3e41dc6b"],
    ]),
    podSandboxId: "63060edc2d3aa803",
    podLabels: new Map([["app", "shop"], ["io.kubernetes.pod.name", "web-0"]]),
    ip: "10.1.2.3",
    cniJson: '{"Interfaces":{}}',
  });
  const of = (name: string) => valueOf(name, event, state);
  assertEquals(of("k8s.pod.name"), "web-0");
  assertEquals(of("k8s.ns.name"), "shop");
  assertEquals(of("k8s.pod.uid"), "3e41dc6b");
  assertEquals(of("k8s.pod.id"), "3e41dc6b");
  assertEquals(of("k8s.pod.sandbox_id"), "63060edc2d3a");
  assertEquals(of("k8s.pod.full_sandbox_id"), "63060edc2d3aa803");
  assertEquals(of("k8s.pod.label[app]"), "shop");
  assertEquals(of("k8s.pod.labels"), "app:shop");
  assertEquals(of("k8s.pod.ip"), "10.1.2.3");
  assertEquals(of("k8s.pod.cni.json"), '{"Interfaces":{}}');
});

Deno.test("container.start_ts stays while the clock of the events is set right", () => {
  const state = stateOf({
    processId: 100,
    startClockNs: 3_000_000_000,
    membership: { cgroup: `/docker/${FULL_ID}`, virtualPid: 1 },
  });
  const before = valueOf("container.start_ts", event, state);
  const later = { ...event, timeNs: event.timeNs + 1_000_900_000n, clockNs: event.clockNs + 1e9 };
  assertEquals(valueOf("container.start_ts", later, state), before);
});

Deno.test("an event that tells of a container shows that one, whoever caused it", () => {
  const state = contained({ name: "web" });
  const told = eventOf("container", { aboutContainer: FULL_ID.slice(0, 12), threadId: 0 });
  const fields = ["container.id", "container.name", "container.full_id", "container.privileged"];
  assertEquals(
    fields.map((name) => valueOf(name, told, state)),
    ["3ad7b26ded6d", "web", FULL_ID, undefined],
  );
  assertEquals(valueOf("container.id", eventOf("container", { threadId: 0 }), state), undefined);
});
