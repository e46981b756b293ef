/** What containers of kernel tests are made of: Debian's static busybox and nothing else. */
import { assertEquals } from "../assert.ts";

const FOLDERS = ["bin", "etc", "tmp", "proc", "sys", "dev", "root", "usr", "lib", "lib64"];

/** A root file system of busybox in `folder`/rootfs, and the same as `folder`/rootfs.tar. */
export async function makeRootfs(folder: string): Promise<void> {
  const rootfs = `${folder}/rootfs`;
  for (const each of FOLDERS) Deno.mkdirSync(`${rootfs}/${each}`, { recursive: true });
  Deno.copyFileSync("/bin/busybox", `${rootfs}/bin/busybox`);
  for (const applet of (await output("/bin/busybox", ["--list"])).trim().split("\n")) {
    if (applet !== "busybox") Deno.symlinkSync("busybox", `${rootfs}/bin/${applet}`);
  }
  Deno.writeTextFileSync(
    `${rootfs}/etc/passwd`,
    "root:x:0:0:root:/root:/bin/sh\nalice:x:1234:1234::/tmp:/bin/sh\n",
  );
  Deno.writeTextFileSync(`${rootfs}/etc/group`, "root:x:0:\nstaff:x:1234:\n");
  await output("tar", ["-C", rootfs, "-cf", `${folder}/rootfs.tar`, "."]);
}

/** `folder`/image.tar: an image as `docker save` writes it, of what `makeRootfs` made there. */
export async function makeImage(folder: string, names: readonly string[]): Promise<string> {
  const config = {
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["/bin/sleep", "1000"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${await sha256(`${folder}/rootfs.tar`)}`] },
  };
  const manifest = [{ Config: "config.json", RepoTags: names, Layers: ["rootfs.tar"] }];
  Deno.writeTextFileSync(`${folder}/config.json`, JSON.stringify(config));
  Deno.writeTextFileSync(`${folder}/manifest.json`, JSON.stringify(manifest));
  const parts = ["manifest.json", "config.json", "rootfs.tar"];
  await output("tar", ["-C", folder, "-cf", `${folder}/image.tar`, ...parts]);
  return `${folder}/image.tar`;
}

/** What a program printed; fails with what it complained about. */
export async function output(
  program: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    ...options,
    args: [...args],
    stdin: "null",
  }).output();
  const complaint = new TextDecoder().decode(stderr);
  assertEquals(success, true, `${program} ${args.join(" ")}\n${complaint}`);
  return new TextDecoder().decode(stdout);
}

/** A server of a test's own, and how to end it. */
export interface Server extends AsyncDisposable {
  readonly socket: string;
}

/** Starts a program that serves on a unix socket, and waits until it does. */
export type StartServer = (command: readonly string[], socket: string) => Promise<Server>;

export const startServer: StartServer = async (command, socket) => {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const server: Server = {
    socket,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // it has ended by itself
      }
      await child.status;
    },
  };
  try {
    await listening(socket);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
};

/** Waits until somebody listens on a unix socket. */
export async function listening(socket: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    try {
      (await Deno.connect({ transport: "unix", path: socket })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nobody listens on ${socket}`);
}

export function notInstalled(...programs: readonly string[]): readonly string[] {
  return programs.filter((program) =>
    !new Deno.Command("which", { args: [program], stdout: "null" }).outputSync().success
  );
}

async function sha256(file: string): Promise<string> {
  return (await output("sha256sum", [file])).split(" ")[0]!;
}
