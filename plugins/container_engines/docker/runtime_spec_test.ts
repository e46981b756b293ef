import { assertEquals } from "../../../tests/assert.ts";
import { detailsOfSpec, parseSpec, podLabelsOf, type SpecAuthor } from "./runtime_spec.ts";

const ID = "0123456789abcdef".repeat(4);
const USERDATA = `/var/lib/containers/storage/overlay-containers/${ID}/userdata`;

function details(spec: unknown, author: SpecAuthor = "podman") {
  return detailsOfSpec(parseSpec(bytesOf(JSON.stringify(spec)))!, author);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function bind(source: string, destination = source, ...options: readonly string[]) {
  return { type: "bind", source, destination, options: [...options, "rprivate"] };
}

function shown(mounts: readonly unknown[], author?: SpecAuthor): readonly string[] {
  return details({ mounts }, author).mounts!.map(({ source, destination, mode, ...rest }) =>
    `${source}:${destination}:${mode}:${rest.writable}:${rest.propagation}`
  );
}

const NAMESPACES = ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type }));

Deno.test("detailsOfSpec() tells whether podman's container is privileged and what it shares", () => {
  const privileged = { "io.podman.annotations.privileged": "TRUE" };
  assertEquals(details({ annotations: privileged, linux: { namespaces: [{ type: "uts" }] } }), {
    hostPid: true,
    hostNetwork: true,
    hostIpc: true,
    privileged: true,
    mounts: [],
  });
  for (const annotations of [{}, { "io.podman.annotations.privileged": "FALSE" }]) {
    assertEquals(details({ annotations, linux: { namespaces: NAMESPACES } }), {
      hostPid: false,
      hostNetwork: false,
      hostIpc: false,
      privileged: false,
      mounts: [],
    });
  }
});

Deno.test("detailsOfSpec() tells the mounts that somebody asked for, as podman itself does", () => {
  const own = ["/etc/hosts", "/etc/resolv.conf", "/run/.containerenv", "/run/secrets", "/dev/shm"];
  const files = own.map((path) => bind(`${USERDATA}/${path.split("/").at(-1)}`, path, "bind"));
  assertEquals(
    shown([
      ...files,
      { type: "proc", source: "proc", destination: "/proc", options: ["noexec"] },
      bind("/dev/shm", "/dev/shm", "bind", "nosuid", "noexec"),
      bind("/usr/libexec/podman/catatonit", "/run/podman-init", "bind", "ro"),
      bind("/srv", "/data", "ro", "rbind", "Z"),
      { type: "bind", source: "/", destination: "/host", options: ["rslave", "rbind"] },
      bind("/proc", "/proc", "rbind", "noexec"),
      bind("/dev/sda", "/dev/sda", "slave", "noexec"),
      bind("/etc/shadow", "/etc/hosts", "rbind"),
      bind(`${USERDATA}/hosts`, "/elsewhere", "rbind"),
      { type: "tmpfs", source: "tmpfs", destination: "/tmp", options: ["rw"] },
    ]),
    [
      "/srv:/data:Z:false:rprivate",
      "/:/host::true:rslave",
      "/proc:/proc::true:rprivate",
      "/dev/sda:/dev/sda::true:rprivate",
      "/etc/shadow:/etc/hosts::true:rprivate",
      `${USERDATA}/hosts:/elsewhere::true:rprivate`,
    ],
  );
});

Deno.test("detailsOfSpec() leaves out what a user's podman has to bind from the host", () => {
  assertEquals(
    shown([
      bind("/proc", "/proc", "rbind", "nosuid", "noexec"),
      bind("/sys", "/sys", "ro", "rbind", "noexec"),
      bind("/dev/kvm", "/dev/kvm", "slave", "nosuid", "noexec", "rw", "rbind"),
      bind("/proc", "/host/proc", "rbind", "noexec"),
      bind("/sys", "/sys", "rbind"),
    ], "users"),
    ["/proc:/host/proc::true:rprivate", "/sys:/sys::true:rprivate"],
  );
});

Deno.test("detailsOfSpec() tells CRI-O's mounts and address, and believes no pod that it is privileged", () => {
  const annotations = {
    "io.container.manager": "libpod",
    "io.podman.annotations.privileged": "TRUE",
    "io.kubernetes.cri-o.IP.0": "10.1.2.3",
    "io.kubernetes.cri-o.Volumes": JSON.stringify([
      { container_path: "/data", host_path: "/srv", readonly: true, propagation: 1 },
      "nonsense",
      { container_path: "/logs" },
    ]),
  };
  const mounts = [bind("/srv", "/data")];
  const mine = { linux: { namespaces: NAMESPACES }, annotations, mounts };
  assertEquals(details(mine, "cri-o"), {
    hostPid: false,
    hostNetwork: false,
    hostIpc: false,
    ip: "10.1.2.3",
    mounts: [
      { source: "/srv", destination: "/data", mode: "", writable: false, propagation: "rslave" },
      { source: "", destination: "/logs", mode: "", writable: true, propagation: "unknown" },
    ],
  });
  // On the host's network CRI-O writes no address, and leaves one that the pod's author wrote.
  const shared = { ...mine, linux: { namespaces: [{ type: "pid" }] } };
  assertEquals(details(shared, "cri-o").ip, undefined);
  assertEquals(details({ annotations }, "cri-o").ip, undefined);
});

Deno.test("podLabelsOf() keeps labels as long as configured", () => {
  const labelled = (labels: unknown) =>
    podLabelsOf(
      parseSpec(bytesOf(
        JSON.stringify({ annotations: { "io.kubernetes.cri-o.Labels": labels } }),
      ))!,
      10,
    );
  const labels = { app: "shop", long: "x".repeat(11), number: 5 };
  assertEquals([...labelled(JSON.stringify(labels))], [["app", "shop"]]);
  for (const none of ["[", '["a"]', 5, null, "null"]) assertEquals(labelled(none).size, 0);
});

Deno.test("what is missing or of a wrong type in a specification is not said", () => {
  const unknown = { privileged: false, mounts: [] };
  for (const spec of [{}, { linux: null, mounts: 5, annotations: [] }, { linux: {} }]) {
    assertEquals(details(spec), unknown);
  }
  assertEquals(details({ mounts: ["x", {}, { type: "bind", options: "ro" }] }).mounts, [
    { source: "", destination: "", mode: "", writable: true, propagation: "" },
  ]);
  for (const text of ["", "{", "null", "5", "[]", "[".repeat(400_000), '"\ud800"']) {
    assertEquals(parseSpec(bytesOf(text)), undefined, text.slice(0, 9));
  }
  assertEquals(parseSpec(undefined), undefined);
  const many = { mounts: Array(100_000).fill(bind("/srv", "/data")) };
  assertEquals(details(many).mounts!.length, 256);
});
