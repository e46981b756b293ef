/**
 * containerd for kernel tests, with a network namespace, storage and sockets of its own; pods come and
 * go through its CRI, other containers through ctr.
 */
import { Connection } from "../../plugins/container_engines/grpc/connection.ts";
import {
  encodeWireMessage as message,
  type WireFields,
  type WireMessage,
} from "../../core/base/protobuf.ts";
import { makeImage, makeRootfs, output, type StartServer, startServer } from "./busybox.ts";
import { removeCgroups, temporaryFolder } from "./engines.ts";

/** What containerd 1.6 makes pods' sandboxes of. */
const PAUSE_IMAGE = "registry.k8s.io/pause:3.6";

const POD_CGROUP = "/kubepods/besteffort/poduid-1";

const config = (folder: string) =>
  `version = 2
root = "${folder}/root"
state = "${folder}/state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "${PAUSE_IMAGE}"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${folder}/cni"
`;

const network = (folder: string) => ({
  cniVersion: "0.4.0",
  name: "falcod-test",
  plugins: [{
    type: "ptp",
    ipam: {
      type: "host-local",
      dataDir: `${folder}/addresses`,
      ranges: [[{ subnet: "10.213.7.0/24" }]],
    },
  }],
});

export class Containerd implements AsyncDisposable {
  readonly socket: string;
  readonly #connection: Connection;
  readonly #stack: AsyncDisposableStack;

  private constructor(folder: string, connection: Connection, stack: AsyncDisposableStack) {
    this.socket = `${folder}/containerd.sock`;
    this.#connection = connection;
    this.#stack = stack;
  }

  /** With an image of busybox in the namespaces of Kubernetes and of ctr. */
  static async start(image: string, serve: StartServer = startServer): Promise<Containerd> {
    await using stack = new AsyncDisposableStack();
    stack.defer(() => removeCgroups([POD_CGROUP, "/default"]));
    const folder = temporaryFolder(stack, "falcod-containerd-");
    const socket = `${folder}/containerd.sock`;
    await makeRootfs(folder);
    const archive = await makeImage(folder, [image, PAUSE_IMAGE]);
    Deno.mkdirSync(`${folder}/cni`);
    Deno.writeTextFileSync(`${folder}/cni/net.conflist`, JSON.stringify(network(folder)));
    Deno.writeTextFileSync(`${folder}/config.toml`, config(folder));
    const command = ["unshare", "--net", "containerd", "--config", `${folder}/config.toml`];
    stack.use(await serve(command, socket));
    const connection = await Connection.open(socket, 60_000);
    stack.defer(() => connection.close());
    for (const namespace of ["k8s.io", "default"]) {
      await output("ctr", ["-a", socket, "-n", namespace, "image", "import", archive]);
    }
    return new Containerd(folder, connection, stack.move());
  }

  async ctr(...words: string[]): Promise<string> {
    return (await output("ctr", ["-a", this.socket, ...words])).trim();
  }

  /** Runs `image` in the default namespace until the end, under a name. */
  async runPlain(image: string, name: string, options: readonly string[] = []): Promise<void> {
    await this.ctr("run", "--detach", ...options, image, name, "/bin/sleep", "1000");
    this.#stack.defer(async () => {
      await this.ctr("task", "kill", "--signal", "9", name);
      await this.ctr("task", "delete", name).catch(() => {});
      await this.ctr("container", "delete", name);
    });
  }

  /** Runs a pod with one container until the end, and gives both ids. */
  async runPod(image: string): Promise<{ readonly pod: string; readonly container: string }> {
    const pod = message({
      1: message({ 1: "web-0", 2: "uid-1", 3: "shop" }),
      6: message({ 1: "app", 2: "web" }),
      8: message({ 1: POD_CGROUP }),
    });
    const podId = (await this.#call("RunPodSandbox", { 1: pod })).text(1);
    this.#stack.defer(async () => {
      await this.#call("StopPodSandbox", { 1: podId });
      await this.#call("RemovePodSandbox", { 1: podId });
    });
    const container = message({
      1: message({ 1: "nginx" }),
      2: message({ 1: image }),
      3: "/bin/sleep",
      4: "1000",
      7: message({ 1: "/data", 2: "/srv", 3: 1 }),
      9: message({ 1: "tier", 2: "front" }),
    });
    const made = await this.#call("CreateContainer", { 1: podId, 2: container, 3: pod });
    await this.#call("StartContainer", { 1: made.text(1) });
    return { pod: podId, container: made.text(1) };
  }

  #call(name: string, request: WireFields): Promise<WireMessage> {
    const { signal } = new AbortController();
    return this.#connection.ask({ method: `/runtime.v1.RuntimeService/${name}`, request, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
