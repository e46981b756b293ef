/**
 * The docker plugin against a real podman service. Everything lives in a temporary folder: storage,
 * sockets, the image (busybox alone), and is gone afterwards.
 */
import dockerPlugin from "../../plugins/container_engines/docker/mod.ts";
import { assert, assertEquals } from "../assert.ts";

const CONTAINERS_CONF =
  new URL("../../../shared/testbed/containers.conf", import.meta.url).pathname;
const IMAGE = "docker.io/library/nginx:1.0";
const NEVER = new AbortController().signal;

const missing = ["podman", "busybox", "tar"].filter((program) => !isInstalled(program));
if (missing.length > 0) console.log(`container_engine_test: not installed: ${missing.join(", ")}`);

Deno.test({
  name: "the docker plugin describes a container that podman runs",
  ignore: missing.length > 0,
  fn: async () => {
    await using podman = await startPodman();
    const engine = dockerPlugin.create(dockerPlugin.schema.parse({ sockets: [podman.socket] }));
    const before = BigInt(Date.now()) * 1_000_000n;
    const id = (await podman.run(
      ...["run", "--detach", "--network", "none", "--privileged", "--name", "falcod-test-web"],
      ...["--label", "app=nginx", "--label", `long=${"x".repeat(200)}`, IMAGE, "sleep", "1000"],
    )).trim();

    const info = await engine.inspect(id, NEVER);

    assert(info?.startNs !== undefined && info.startNs > before);
    assert(/^[0-9a-f]{64}$/.test(info.imageId ?? ""));
    assert(/^sha256:[0-9a-f]{64}$/.test(info.imageDigest ?? ""));
    const { startNs: _start, imageId: _image, imageDigest: _digest, ...rest } = info;
    assertEquals(rest, {
      fullId: id,
      name: "falcod-test-web",
      image: IMAGE,
      imageRepository: "docker.io/library/nginx",
      imageTag: "1.0",
      privileged: true,
      labels: new Map([["app", "nginx"]]),
    });
    assertEquals(await engine.inspect("f".repeat(64), NEVER), undefined);
    await podman.stop();
    assertEquals(await engine.inspect(id, NEVER), undefined);
  },
});

interface Podman extends AsyncDisposable {
  readonly socket: string;
  /** Runs a podman command and gives what it printed. */
  run(...args: string[]): Promise<string>;
  /** Ends the service; containers go on. */
  stop(): Promise<void>;
}

async function startPodman(): Promise<Podman> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-podman-" });
  const socket = `${folder}/podman.sock`;
  const env = { CONTAINERS_CONF, TMPDIR: folder };
  // vfs mounts nothing, so that removing the folder removes everything.
  const own = [
    "--root",
    `${folder}/root`,
    "--runroot",
    `${folder}/run`,
    "--tmpdir",
    `${folder}/tmp`,
  ];
  const globals = [...own, "--storage-driver", "vfs"];
  const run = (...args: string[]) => output("podman", [...globals, ...args], env);
  let service: Deno.ChildProcess | undefined;
  const stop = async () => {
    if (!service) return;
    service.kill("SIGTERM");
    await service.status;
    service = undefined;
  };
  const podman: Podman = {
    socket,
    run,
    stop,
    async [Symbol.asyncDispose]() {
      await run("rm", "--all", "--force", "--time", "0");
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
  try {
    await importBusybox(folder, run);
    service = new Deno.Command("podman", {
      args: [...globals, "system", "service", "--time=0", `unix://${socket}`],
      env,
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let attempt = 0; attempt < 500; attempt++) {
      if (await accepts(socket)) return podman;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("podman's service does not listen");
  } catch (error) {
    await podman[Symbol.asyncDispose]();
    throw error;
  }
}

async function importBusybox(folder: string, run: Podman["run"]): Promise<void> {
  await Deno.mkdir(`${folder}/image/bin`, { recursive: true });
  await Deno.copyFile((await output("which", ["busybox"])).trim(), `${folder}/image/bin/busybox`);
  await Deno.symlink("busybox", `${folder}/image/bin/sleep`);
  await output("tar", ["-C", `${folder}/image`, "-cf", `${folder}/image.tar`, "."]);
  await run("import", "--change", 'CMD ["/bin/sleep"]', `${folder}/image.tar`, IMAGE);
}

async function output(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, env }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

async function accepts(socket: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path: socket })).close();
    return true;
  } catch {
    return false;
  }
}

function isInstalled(program: string): boolean {
  return new Deno.Command("which", { args: [program], stdout: "null" }).outputSync().success;
}
