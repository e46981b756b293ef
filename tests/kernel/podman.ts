/**
 * Containers for kernel tests: a podman with a storage of its own, images made of Debian's static
 * busybox, everything removed afterwards. Needs runc: crun does not run on the machines tests run on.
 */
import { assertEquals } from "../assert.ts";

/** Limits that a machine without CAP_SYS_RESOURCE can keep. */
const CONFIG = `[containers]
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
  #service: Deno.ChildProcess | undefined;

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
    const rootfs = `${podman.folder}/rootfs`;
    for (
      const folder of ["bin", "etc", "tmp", "proc", "sys", "dev", "root", "usr", "lib", "lib64"]
    ) {
      Deno.mkdirSync(`${rootfs}/${folder}`, { recursive: true });
    }
    Deno.copyFileSync("/bin/busybox", `${rootfs}/bin/busybox`);
    const { stdout } = await new Deno.Command("/bin/busybox", { args: ["--list"] }).output();
    for (const applet of new TextDecoder().decode(stdout).trim().split("\n")) {
      if (applet !== "busybox") Deno.symlinkSync("busybox", `${rootfs}/bin/${applet}`);
    }
    Deno.writeTextFileSync(`${rootfs}/etc/passwd`, "root:x:0:0:root:/root:/bin/sh\n");
    await run("tar", ["-C", rootfs, "-cf", `${podman.folder}/rootfs.tar`, "."]);
    for (const image of images) {
      await run("sh", [
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
    this.#service = new Deno.Command("sh", {
      args: ["-c", `exec env ${this.command} system service --time=0 unix://${this.socket}`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let tries = 0; tries < 200; tries++) {
      try {
        Deno.statSync(this.socket);
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error("podman's service did not come up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Deno.Command("sh", {
      args: ["-c", `${this.command} rm --all --force --time 0; ${this.command} rmi --all --force`],
      stdout: "null",
      stderr: "null",
    }).output();
    if (this.#service) {
      this.#service.kill("SIGTERM");
      await this.#service.status;
    }
    await new Deno.Command("sh", {
      args: ["-c", `umount ${this.folder}/root/overlay 2>/dev/null; rm -rf ${this.folder}`],
    }).output();
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  assertEquals(code, 0, `${command} ${args.join(" ")}\n${new TextDecoder().decode(stderr)}`);
}
