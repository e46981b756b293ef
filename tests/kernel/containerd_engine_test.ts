/** containerd as it is, asked through CRI and through its own API. */
import grpcPlugin from "../../plugins/container_engines/grpc/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Containerd } from "./containerd.ts";
import { engineTest, newcomersDuring, NO_POD, withoutMarks } from "./engines.ts";

const IMAGE = "docker.io/library/nginx:1.0";
const NEVER = new AbortController().signal;
const PROGRAMS = ["containerd", "ctr", "runc", "busybox", "/usr/lib/cni/ptp"];

engineTest("containerd tells of pods and their containers", PROGRAMS, async () => {
  await using containerd = await Containerd.start(IMAGE);
  const config = { criSockets: [containerd.socket] };
  const engine = grpcPlugin.create(grpcPlugin.schema.parse(config));
  await newcomersDuring(engine, async (told) => {
    const { pod, container } = await containerd.runPod(IMAGE);
    await told(pod, 2);
    await told(container, 2);
    const info = await engine.inspect(container, NEVER);
    assert(/^[0-9a-f]{64}$/.test(info?.imageId ?? "") && info?.startNs !== undefined);
    const { cniJson, ip, ...rest } = withoutMarks(info);
    assert(ip?.startsWith("10.213.7."), ip);
    const interfaces = JSON.parse(cniJson ?? "").Interfaces;
    assertEquals(Object.keys(interfaces), ["eth0"]);
    assertEquals(interfaces.eth0.IPConfigs[0].IP, ip);
    const labels = [
      ["io.kubernetes.sandbox.id", pod],
      ["io.kubernetes.pod.name", "web-0"],
      ["io.kubernetes.pod.uid", "uid-1"],
      ["io.kubernetes.pod.namespace", "shop"],
    ] as const;
    assertEquals(rest, {
      fullId: container,
      engine: "containerd",
      name: "nginx",
      image: IMAGE,
      imageRepository: "docker.io/library/nginx",
      imageTag: "1.0",
      privileged: false,
      labels: new Map([["tier", "front"], ...labels]),
      mounts: [
        { source: "/srv", destination: "/data", mode: "", writable: false, propagation: "private" },
      ],
      podSandboxId: pod,
      podLabels: new Map([["app", "web"]]),
      hostPid: false,
      hostNetwork: false,
      hostIpc: false,
    });
    const ofPod = await engine.inspect(pod, NEVER);
    assertEquals([ofPod?.ip, ofPod?.labels], [ip, new Map(labels)]);
    assertEquals(await engine.inspect("f".repeat(64), NEVER), undefined);
  });
  engine.close?.();
});

engineTest("containerd tells of what Kubernetes did not start", PROGRAMS, async () => {
  await using containerd = await Containerd.start(IMAGE);
  const { socket } = containerd;
  const config = { criSockets: [socket], containerdSockets: [socket] };
  const engine = grpcPlugin.create(grpcPlugin.schema.parse(config));
  await newcomersDuring(engine, async (told) => {
    const mount = "type=bind,src=/srv,dst=/data,options=rbind:ro";
    await containerd.runPlain(IMAGE, "falcod-test-web", ["--label", "app=nginx", "--mount", mount]);
    await told("falcod-test-web", 2);
    const info = await engine.inspect("falcod-test-web", NEVER);
    assert(/^sha256:[0-9a-f]{64}$/.test(info?.imageDigest ?? ""));
    const { labels, mounts, ...rest } = withoutMarks(info);
    assertEquals(labels?.get("app"), "nginx");
    assertEquals(mounts?.filter(({ destination }) => destination === "/data"), [
      { source: "/srv", destination: "/data", mode: "", writable: false, propagation: "" },
    ]);
    assertEquals(rest, {
      ...NO_POD,
      fullId: "falcod-test-web",
      engine: "containerd",
      name: "falcod-test-",
      image: IMAGE,
      imageRepository: "docker.io/library/nginx",
      imageTag: "1.0",
      privileged: false,
      ip: undefined,
      hostPid: false,
      hostNetwork: false,
      hostIpc: false,
    });
  });
  engine.close?.();
});
