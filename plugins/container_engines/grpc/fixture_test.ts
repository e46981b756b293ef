/** Engines that speak gRPC, as tests make them: CRI and containerd's own. */
import { type Answer, Refusal, type Stream } from "../../../tests/grpc_server.ts";
import { encodeWireMessage as message, type WireFields, WireMessage } from "../../../core/mod.ts";
import { GrpcEngine } from "./mod.ts";
import { type GrpcConfig, grpcSchema } from "./schema.ts";

export const ID = "0123456789abcdef".repeat(4);
export const POD = "fedcba9876543210".repeat(4);
export const IMAGE_ID = "a".repeat(64);
export const DIGEST = `sha256:${"d".repeat(64)}`;
export const NEVER = new AbortController().signal;
export const NODE = 2;

export type Answers = Record<string, Answer | Stream>;

export function engine(config: Partial<GrpcConfig>): GrpcEngine & Disposable {
  const made = new GrpcEngine({ ...grpcSchema.parse({}), ...config });
  return Object.assign(made, { [Symbol.dispose]: () => made.close() });
}

/** `map<string, string>`, as one entry; a message takes as many as it is given fields. */
export const entry = (name: string, value: string) => message({ 1: name, 2: value });

export const status = message({
  1: ID,
  2: message({ 1: "nginx" }),
  5: 1_782_900_000_000_000,
  8: message({ 1: "docker.io/library/nginx:1.25" }),
  9: `docker.io/library/nginx@${DIGEST}`,
  12: entry("tier", "front"),
  14: message({ 1: "/data", 2: "/srv", 3: 1, 5: 1 }),
});

export const podStatus = message({
  1: POD,
  2: message({ 1: "web-0", 2: "uid-1", 3: "shop" }),
  5: message({ 1: "fd00::7", 2: message({ 1: "10.1.2.3" }) }),
  6: message({ 1: message({ 2: message({ 1: NODE, 2: 1, 3: NODE }) }) }),
  7: entry("app", "web"),
});

export const cniResult = {
  Interfaces: {
    lo: { IPConfigs: [] },
    veth1234: { IPConfigs: null },
    eth0: { IPConfigs: [{ IP: "10.1.2.3" }] },
  },
  Routes: [{ dst: "0.0.0.0/0" }],
  DNS: [{}],
};

/** A CRI engine that knows one container in one pod. */
export function cri(
  { name = "cri-o", version = "runtime.v1", info = {}, sandboxInfo = { cniResult } }: {
    readonly name?: string;
    readonly version?: string;
    readonly info?: unknown;
    readonly sandboxInfo?: unknown;
  } = {},
): Answers {
  const known = (id: string, answer: WireFields): Answer => (request) => {
    if (new WireMessage(request).text(1) !== id) throw new Refusal("NOT_FOUND");
    return message(answer);
  };
  const service = `/${version}.RuntimeService`;
  return {
    [`${service}/Version`]: () => message({ 2: name }),
    [`${service}/ListContainers`]: (request) => {
      const asked = new WireMessage(request).message(1)?.text(1);
      return asked === ID ? message({ 1: message({ 1: ID, 2: POD }) }) : message({});
    },
    [`${service}/ContainerStatus`]: known(ID, {
      1: status,
      2: entry("info", JSON.stringify(info)),
    }),
    [`${service}/PodSandboxStatus`]: known(POD, {
      1: podStatus,
      2: entry("info", JSON.stringify(sandboxInfo)),
    }),
  };
}

export const PODS_LABELS = [
  ["io.kubernetes.sandbox.id", POD],
  ["io.kubernetes.pod.name", "web-0"],
  ["io.kubernetes.pod.uid", "uid-1"],
  ["io.kubernetes.pod.namespace", "shop"],
] as const;

export const OF_POD = {
  podSandboxId: POD,
  podLabels: new Map([["app", "web"]]),
  ip: "10.1.2.3",
  cniJson: '{"Interfaces":{"eth0":{"IPConfigs":[{"IP":"10.1.2.3"}]}}}',
  hostNetwork: true,
  hostPid: false,
  hostIpc: true,
};

export const CONTAINERS = "/containerd.services.containers.v1.Containers/Get";
export const NAMESPACES = "/containerd.services.namespaces.v1.Namespaces/List";
export const spec = {
  process: { apparmorProfile: "" },
  mounts: [
    { destination: "/data", type: "bind", source: "/srv", options: ["rbind", "ro"] },
    { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=755"] },
    "nonsense",
  ],
  annotations: { "io.kubernetes.cri.sandbox-id": POD },
  linux: { namespaces: [{ type: "pid" }, { type: "mount" }], rootfsPropagation: "rprivate" },
};

/** containerd's own API, with one container in the second namespace. */
export function containerd(container: WireFields = {}): Answers {
  const whole = message({
    1: "web",
    2: entry("app", "nginx"),
    3: "docker.io/library/nginx:1.25",
    5: message({ 1: "types.containerd.io/…", 2: JSON.stringify(spec) }),
    ...container,
  });
  return {
    [NAMESPACES]: () => message({ 1: message({ 1: "moby" }) }),
    [CONTAINERS]: (request, headers) => {
      const isKnown = new WireMessage(request).text(1) === "web" &&
        headers["containerd-namespace"] === "default";
      if (!isKnown) throw new Refusal("NOT_FOUND");
      return message({ 1: whole });
    },
    "/containerd.services.images.v1.Images/Get": () =>
      message({ 1: message({ 3: message({ 2: DIGEST }) }) }),
  };
}

/** One field of a message more than once. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

export const namespaces = (...names: string[]) =>
  joined(...names.map((name) => message({ 1: message({ 1: name }) })));
