/**
 * Containers for kernel tests: a podman with a storage of its own, images made of Debian's static
 * busybox, everything removed afterwards. Needs runc: crun does not run on the machines tests run on.
 */
import { makeRootfs, output, type Server, startServer } from "./busybox.ts";

/** Limits that a machine without CAP_SYS_RESOURCE can keep. */
export const CONFIG = `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

export class Podman {
  readonly folder: string;
  readonly socket: string;
  readonly #config: string;
  #service: Server | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.socket = `${folder}/podman.sock`;
    this.#config = `${folder}/containers.conf`;
    Deno.writeTextFileSync(this.#config, CONFIG);
    Deno.mkdirSync(this.programs);
    const program = `#!/bin/sh\nPATH=\${PATH#*:}\nexec env ${this.command} "$@"\n`;
    Deno.writeTextFileSync(`${this.programs}/podman`, program, { mode: 0o700 });
  }

  /** With an image `name` that holds busybox and nothing else. */
  static async create(images: readonly string[]): Promise<Podman> {
    await using started = new AsyncDisposableStack();
    const podman = started.use(
      new Podman(Deno.makeTempDirSync({ prefix: "falcod-podman-" })),
    );
    await makeRootfs(podman.folder);
    for (const image of images) {
      await output("sh", [
        "-c",
        `${podman.command} import --change 'CMD ["/bin/sh"]' ${podman.folder}/rootfs.tar ${image}`,
      ]);
    }
    started.move();
    return podman;
  }

  /** To stand in front of a PATH: holds a `podman` with its own storage. */
  get programs(): string {
    return `${this.folder}/bin`;
  }

  /** `podman` with its own storage, to be used in a script of a stage. */
  get command(): string {
    const { folder } = this;
    return `CONTAINERS_CONF=${this.#config} podman --root ${folder}/root --runroot ${folder}/run ` +
      `--tmpdir ${folder}/tmp --storage-driver overlay --cgroup-manager cgroupfs`;
  }

  /**
   * falcod's arguments that have it ask this podman, and no other engine. Alerts do not wait for the
   * answer by default: the tests that count them would have to.
   */
  falcodArguments(alertWaitMs = 0): readonly string[] {
    const off = { enabled: false };
    const podman = { sockets: [this.socket] };
    const engines = { docker: off, podman, cri: off, containerd: off };
    const plugin = {
      name: "container",
      library_path: "libcontainer.so",
      init_config: { alert_wait_ms: alertWaitMs, engines },
    };
    return ["-o", `plugins[]=${JSON.stringify(plugin)}`];
  }

  /** The REST service on `socket`, for falcod to ask. */
  async startService(): Promise<void> {
    const service = `exec env ${this.command} system service --time=0 unix://${this.socket}`;
    this.#service = await startServer(["sh", "-c", service], this.socket);
  }

  /** Ends the service; containers go on. */
  async stopService(): Promise<void> {
    await this.#service?.[Symbol.asyncDispose]();
    this.#service = undefined;
  }

  /** Runs podman and gives what it printed. */
  async run(words: string): Promise<string> {
    return (await output("sh", ["-c", `exec env ${this.command} ${words}`])).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Deno.Command("sh", {
      args: ["-c", `${this.command} rm --all --force --time 0; ${this.command} rmi --all --force`],
      stdout: "null",
      stderr: "null",
    }).output();
    await this.stopService();
    await new Deno.Command("sh", {
      args: ["-c", `umount ${this.folder}/root/overlay 2>/dev/null; rm -rf ${this.folder}`],
    }).output();
  }
}
