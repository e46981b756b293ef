/**
 * podman as a user who is not root runs it, with a home of its own; the user is Debian's `nobody`. Needs
 * no more than `setpriv` and user namespaces: all of a container is that user.
 */
import { makeRootfs, output, type Server, startServer } from "./busybox.ts";
import { CONFIG } from "./podman.ts";

const USER = "nobody";

export class UsersPodman {
  readonly userId = 65534;
  readonly folder: string;
  readonly #run: string;
  readonly #home: string;
  #service: Server | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.#home = `${folder}/home`;
    this.#run = `${folder}/run`;
    Deno.chmodSync(folder, 0o755);
    for (const own of [this.#home, this.#run]) {
      Deno.mkdirSync(own, { mode: 0o700 });
      Deno.chownSync(own, this.userId, this.userId);
    }
    Deno.writeTextFileSync(`${folder}/containers.conf`, CONFIG);
    const others = Deno.readTextFileSync("/etc/passwd").split("\n")
      .filter((line) => !line.startsWith(`${USER}:`));
    others.unshift(`${USER}:x:${this.userId}:${this.userId}::${this.#home}:/bin/sh`);
    Deno.writeTextFileSync(this.passwd, others.join("\n"));
  }

  /** With an image `name` that holds busybox and nothing else. */
  static async create(image: string): Promise<UsersPodman> {
    await using started = new AsyncDisposableStack();
    const podman = started.use(
      new UsersPodman(Deno.makeTempDirSync({ prefix: "falcod-user-" })),
    );
    await makeRootfs(podman.folder);
    await podman.run(`import --change 'CMD ["/bin/sh"]' ${podman.folder}/rootfs.tar ${image}`);
    started.move();
    return podman;
  }

  /** As /etc/passwd, in which the user has the home that is here. */
  get passwd(): string {
    return `${this.folder}/passwd`;
  }

  get socket(): string {
    return `${this.#run}/podman.sock`;
  }

  get #command(): string {
    return `cd ${this.#home}; exec env HOME=${this.#home} XDG_RUNTIME_DIR=${this.#run} ` +
      `CONTAINERS_CONF=${this.folder}/containers.conf ` +
      `setpriv --reuid ${this.userId} --regid ${this.userId} --clear-groups ` +
      "podman --storage-driver vfs";
  }

  async run(words: string): Promise<string> {
    return (await output("sh", ["-c", `${this.#command} ${words}`])).trim();
  }

  async startService(): Promise<void> {
    const service = `${this.#command} system service --time=0 unix://${this.socket}`;
    this.#service = await startServer(["sh", "-c", service], this.socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("rm --all --force --time 0").catch(() => {});
    await this.#service?.[Symbol.asyncDispose]();
    // It holds the user's namespaces for the next podman.
    const pause = `${this.#run}/libpod/tmp/pause.pid`;
    await output("sh", ["-c", `test ! -e ${pause} || kill $(cat ${pause})`]).catch(() => {});
    await output("rm", ["-rf", this.folder]);
  }
}
