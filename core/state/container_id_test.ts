import { assertEquals } from "../../tests/assert.ts";
import { cgroupPaths, type ContainerEngineName, containerOf } from "./container_id.ts";

const A = "7951fb549ab99e0722a949b6c121634e1f3a36b5bacbe5392991e3b12251e6b8";
const B = "17d8c9eacc629f9945f304d89e9708c0c619649a484a215b240628319548a09f";
const POD = "kubepods-besteffort-pod63b3ebfc_2890_11e9_8154_16bf8ef8d9dc.slice";
const CEPH = "/system.slice/system-ceph.slice/ceph-f952f5be@mon.ip-10-0-25-96.service";
const USER = "/user.slice/user-1000.slice/user@1000.service";

type Case = readonly [what: string, cgroup: string, id: string, engine: ContainerEngineName];

const CONTAINERS: readonly Case[] = [
  ["docker, cgroupfs", `/docker/${A}`, A, "docker"],
  ["docker, systemd, v1 and v2", `/system.slice/docker-${A}.scope`, A, "docker"],
  ["docker, slice of its own", `/docker.slice/docker-${A}.scope`, A, "docker"],
  ["docker, custom parent", `/build/jobs/${A}`, A, "docker"],
  ["docker, ECS task", `/ecs/0f9d6e0cbd7f4b7e/${A}`, A, "docker"],
  ["docker, systemd inside", `/docker/${A}/system.slice/ssh.service`, A, "docker"],
  ["docker, cgroup made inside", `/docker/${A}/hideaway`, A, "docker"],
  ["docker, far more made inside", `/docker/${A}${"/hideaway".repeat(1000)}`, A, "docker"],
  ["docker, one inside called as what is none", `/docker/${A}/lxc/host`, A, "docker"],
  ["docker, one inside called so in another way", `/docker/${A}/bpm-host`, A, "docker"],
  ["docker, init.scope inside", `/system.slice/docker-${A}.scope/init.scope`, A, "docker"],
  ["docker, capital digits", `/docker/${A.toUpperCase()}`, A.toUpperCase(), "docker"],
  ["docker, seen from another namespace", `/../../docker/${A}`, A, "docker"],
  [
    "docker, ECS task, systemd",
    `/ecstasks.slice/ecstasks-0f9d.slice/docker-${A}.scope`,
    A,
    "docker",
  ],
  ["docker, job of GitHub", `/actions_job/${A}`, A, "docker"],
  ["docker, rootless", `${USER}/user.slice/docker-${A}.scope`, A, "docker"],
  ["docker, pod with dockershim", `/kubepods.slice/${POD}/docker-${A}.scope`, A, "docker"],
  ["docker, runc's colon form", `/system.slice:docker:${A}`, A, "docker"],
  ["docker, build step", "/docker/buildkit/mq7v4wn2c1x0", "mq7v4wn2c1x0", "containerd"],
  ["docker in docker", `/docker/${A}/docker/${B}`, B, "docker"],
  ["podman, root, systemd", `/machine.slice/libpod-${A}.scope`, A, "podman"],
  ["podman, container below scope", `/machine.slice/libpod-${A}.scope/container`, A, "podman"],
  ["podman, root, cgroupfs", `/libpod_parent/libpod-${A}`, A, "podman"],
  ["podman, pod, cgroupfs", `/libpod_parent/${B}/libpod-${A}`, A, "podman"],
  [
    "podman, pod, systemd",
    `/machine.slice/machine-libpod_pod_${B}.slice/libpod-${A}.scope`,
    A,
    "podman",
  ],
  ["podman, rootless, systemd", `${USER}/user.slice/libpod-${A}.scope`, A, "podman"],
  ["podman, rootless, below", `${USER}/user.slice/libpod-${A}.scope/container`, A, "podman"],
  ["podman, rootless, no scope", `${USER}/libpod-${A}`, A, "podman"],
  ["podman, cgroups=split", `${CEPH}/libpod-payload-${A}`, A, "podman"],
  ["podman, cgroups=split, scope", `${CEPH}/libpod-payload-${A}.scope`, A, "podman"],
  ["podman, quadlet", `/system.slice/web.service/libpod-payload-${A}/init.scope`, A, "podman"],
  ["CRI, cgroupfs, best effort", `/kubepods/besteffort/pod63b3ebfc-2890/${A}`, A, "cri"],
  ["CRI, cgroupfs, guaranteed", `/kubepods/pod63b3ebfc-2890-11e9/${A}`, A, "cri"],
  ["CRI, cgroupfs, cgroup made inside", `/kubepods/burstable/pod63b3/${A}/a/b`, A, "cri"],
  [
    "CRI, kubelet with a root of its own",
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-${POD}/${A}`,
    A,
    "cri",
  ],
  [
    "containerd, CRI, systemd",
    `/kubepods.slice/kubepods-besteffort.slice/${POD}/cri-containerd-${A}.scope`,
    A,
    "containerd",
  ],
  ["containerd, CRI, colon form", `/${POD}:cri-containerd:${A}`, A, "containerd"],
  [
    "containerd, CRI, colon form below a service",
    `/system.slice/containerd.service/${POD}:cri-containerd:${A}`,
    A,
    "containerd",
  ],
  ["containerd, nerdctl, systemd", `/system.slice/nerdctl-${A}.scope`, A, "containerd"],
  ["containerd, nerdctl, cgroupfs", `/default/${A}`, A, "containerd"],
  ["containerd, ctr", "/default/test_container", "test_container", "containerd"],
  ["containerd, ctr, short name", "/default/a", "a", "containerd"],
  ["containerd, ctr, dots", "/my.namespace/container.name", "container.name", "containerd"],
  ["containerd, long namespace", "/my_very_long_namespace-1.5/c-1", "c-1", "containerd"],
  ["containerd, name like a unit", "/default/service.container", "service.container", "containerd"],
  ["containerd, cgroup made inside", "/default/web/hideaway", "web", "containerd"],
  ["containerd, Talos's own", "/podruntime/kubelet", "kubelet", "containerd"],
  [
    "cri-o, systemd",
    `/kubepods.slice/kubepods-besteffort.slice/${POD}/crio-${B}.scope`,
    B,
    "cri-o",
  ],
  ["cri-o, systemd, crun", `/kubepods.slice/${POD}/crio-${B}.scope/container`, B, "cri-o"],
  ["cri-o, cgroupfs", `/kubepods/besteffort/pod63b3ebfc-2890/crio-${B}`, B, "cri-o"],
  [
    "kind: a pod in a docker container",
    `/docker/${A}/kubelet.slice/kubelet-kubepods.slice/${POD}/cri-containerd-${B}.scope`,
    B,
    "containerd",
  ],
  [
    "minikube: a pod in a docker container",
    `/docker/${A}/kubepods/besteffort/pod6e3a0445-61f2-4b1e-a689-712bc1c8cf47/${B}`,
    B,
    "cri",
  ],
  ["docker in lxc", `/lxc.payload.c1/system.slice/docker-${A}.scope`, A, "docker"],
];

/** Those that are known by their names. */
const NAMED: readonly Case[] = [
  ["lxc, v1", "/lxc/web", "web", "lxc"],
  ["lxc, systemd inside", "/lxc/web/system.slice/ssh.service", "web", "lxc"],
  ["lxc, Proxmox", "/lxc/101/ns/init.scope", "101", "lxc"],
  ["lxc, payload folder", "/lxc.payload/web", "web", "lxc"],
  ["lxc 4", "/lxc.payload.web-frontend-01/init.scope", "web-frontend-01", "lxc"],
  ["incus, project", "/lxc.payload.prod_db", "prod_db", "lxc"],
  ["libvirt, cgroupfs", "/machine/web.libvirt-lxc", "web", "libvirt-lxc"],
  ["libvirt, old", "/libvirt/lxc/web", "web", "libvirt-lxc"],
  [
    "libvirt, systemd",
    "/machine.slice/machine-lxc\\x2d2293906\\x2dweb.scope/libvirt",
    "2293906\\x2dweb",
    "libvirt-lxc",
  ],
  ["bpm", "/garden/x/bpm-nats", "nats", "bpm"],
  ["bpm, systemd", "/system.slice/runc-bpm-nats.scope", "nats", "bpm"],
];

const HOST: readonly (readonly [what: string, cgroup: string])[] = [
  ["the root", "/"],
  ["nothing", ""],
  ["init", "/init.scope"],
  ["a service", "/system.slice/ssh.service"],
  ["a login", "/user.slice/user-0.slice/session-1.scope"],
  ["a user's manager", `${USER}/init.scope`],
  ["a user's application", `${USER}/app.slice/app-gnome-terminal.scope`],
  ["docker itself", "/system.slice/docker.service"],
  ["runc with a name of its own", "/mycontainer"],
  ["runc, systemd", "/system.slice/runc-mycontainer.scope"],
  ["podman's monitor, systemd", `/machine.slice/libpod-conmon-${A}.scope`],
  ["podman's monitor, cgroupfs", "/libpod_parent/conmon"],
  ["podman's monitor, split", "/system.slice/web.service/supervisor"],
  ["podman's pod", `/libpod_parent/${A}`],
  ["podman's pod, systemd", `/machine.slice/machine-libpod_pod_${A}.slice`],
  ["cri-o's monitor", `/kubepods.slice/${POD}/crio-conmon-${B}.scope`],
  ["a pod without container", "/kubepods/besteffort/pod63b3ebfc-2890-11e9-8154"],
  ["a pod without container, systemd", `/kubepods.slice/kubepods-besteffort.slice/${POD}`],
  ["lxc's monitor", "/lxc.monitor/web"],
  ["lxc 4's monitor", "/lxc.monitor.web/sub"],
  ["lxc without name", "/lxc"],
  ["an id that is too long", `/user.slice/libpod-${A}abcdef`],
  ["an id that is too short", "/system.slice/docker-7951fb549ab9.scope"],
  ["an id with other letters", `/user.slice/libpod-${A.slice(0, 63)}g`],
  ["an id with another suffix", `/system.slice/docker-${A}.service`],
  ["an id within a name", `/system.slice/backup-of-docker-${A}.scope`],
  ["a unit in a namespace's place", "/default/short.service"],
  ["a nameless unit", "/namespace/.scope"],
  ["a service called like bpm", "/system.slice/bpm-counter.service"],
  ["openrc's service", "/openrc/sshd"],
  ["Talos's containerd", "/podruntime/runtime"],
  ["a relative path", `docker/${A}`],
  ["what is called so", "/namespace/host"],
  ["a container behind more than is read", `/user/${"a/".repeat(4000)}docker/${A}`],
];

for (const [what, cgroup, fullId, engine] of CONTAINERS) {
  Deno.test(`containerOf() recognizes: ${what}`, () => {
    const ofUser = cgroup.startsWith(USER) && { userId: 1000 };
    assertEquals(containerOf(cgroup), { id: fullId.slice(0, 12), fullId, engine, ...ofUser });
  });
}

Deno.test("containerOf() knows whose container it is that a user runs", () => {
  const cases = [
    [`/user.slice/user-1000.slice/user@1000.service/libpod-${A}.scope`, 1000],
    [`/../../user.slice/user-4294967294.slice/session-1.scope/libpod-${A}`, 4294967294],
    // of root, or of somebody in a container
    [`/user.slice/user-0.slice/user@0.service/libpod-${A}.scope`, undefined],
    [`/lxc.payload.web/user.slice/user-1000.slice/x/libpod-${A}.scope`, undefined],
    [`/user.slice/user-1000.slicex/libpod-${A}.scope`, undefined],
    [`/machine.slice/libpod-${A}.scope`, undefined],
  ] as const;
  for (const [cgroup, userId] of cases) assertEquals(containerOf(cgroup)?.userId, userId, cgroup);
});

for (const [what, cgroup, name, engine] of NAMED) {
  Deno.test(`containerOf() keeps the whole name of: ${what}`, () => {
    assertEquals(containerOf(cgroup), { id: name, fullId: name, engine });
  });
}

for (const [what, cgroup] of HOST) {
  Deno.test(`containerOf() takes for the host: ${what}`, () => {
    assertEquals(containerOf(cgroup), undefined);
  });
}

Deno.test("containerOf() does not take falcod's own cgroup for a namespace of containerd", () => {
  const own = ["/", "/jobs/4711"];
  assertEquals(containerOf("/jobs/4711", own), undefined);
  assertEquals(containerOf("/jobs/4711/sub", own), undefined);
  assertEquals(containerOf("/jobs/47112", own)?.id, "47112");
  assertEquals(containerOf(`/jobs/4711/docker/${A}`, own)?.fullId, A);
});

Deno.test("cgroupPaths() gives each path of /proc/self/cgroup once", () => {
  const text = "9:name=systemd:/\n4:memory:/jobs/4711\n1:cpu,cpuacct:/\n0::/a:b\nnonsense\n";
  assertEquals(cgroupPaths(text), ["/", "/jobs/4711", "/a:b"]);
  assertEquals(cgroupPaths(""), []);
});
