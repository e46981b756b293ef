/** `falcod plugin …` as tests run it, and packages for it. */
import { createHash } from "node:crypto";
import { denoHost, run } from "../../core/app/mod.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { assert, assertEquals } from "../assert.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** A folder for one test, with room for the installed plugins in it. */
export class Place implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "falcod-plugin-" });
  readonly plugins = `${this.path}/plugins`;

  file(name: string, content: string | Uint8Array): string {
    const path = `${this.path}/${name}`;
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return path;
  }

  /** All that is in it, links and what they lead to. */
  listing(): readonly string[] {
    return listing(this.path);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function listing(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory ? [path, ...listing(path)] : [path];
  }).sort();
}

export interface Running {
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers to questions; with it both sides are a terminal. */
  readonly answers?: string;
}

/** In this process; a bug of ours is no answer. */
export async function falcodPlugin(
  args: readonly string[],
  { environment = {}, answers }: Running = {},
): Promise<Said> {
  let out = "", error = "";
  const isTerminal = answers !== undefined;
  const lines = new TextEncoder().encode(answers ?? "");
  let at = 0;
  const code = await run(["plugin", ...args], {
    ...denoHost(builtinPlugins, new URL("../../rules", import.meta.url).pathname),
    out: { write: (text) => void (out += text), isTerminal: false },
    error: { write: (text) => void (error += text), isTerminal },
    input: {
      read: (buffer) => {
        const piece = lines.subarray(at, at + buffer.length);
        buffer.set(piece);
        at += piece.length;
        return Promise.resolve(piece.length === 0 ? null : piece.length);
      },
      isTerminal: () => isTerminal,
    },
    environment: (name) => environment[name],
    onStop: () => ({ release() {} }),
  });
  assert(!/this is a bug|\n\s+at /.test(`${out}${error}`), `${out}${error}`);
  return { code, out, error };
}

/** Like it, and all went well. */
export async function succeeds(args: readonly string[], running: Running = {}): Promise<Said> {
  const said = await falcodPlugin(args, running);
  assertEquals(said.code, 0, `${said.out}${said.error}`);
  return said;
}

/** Like it, and it ends with this complaint. */
export async function fails(
  args: readonly string[],
  wanted: RegExp,
  running: Running = {},
): Promise<Said> {
  const said = await falcodPlugin(args, running);
  assertEquals(said.code, 1, `${said.out}${said.error}`);
  assert(wanted.test(said.error), said.error);
  return said;
}

export const CODE =
  'export default { kind: "sink", definition: { open: () => ({ write() {} }) } };\n';

/** Files of a plugin; the manifest has right hashes, and whatever `manifest` puts over it. */
export function pluginFiles(
  { code = CODE, manifest = {}, files = {} }: {
    readonly code?: string;
    readonly manifest?: Readonly<Record<string, unknown>>;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Record<string, string> {
  const text = {
    name: "pager",
    version: "1.0.0",
    kind: "sink",
    description: "Sends alerts to a pager",
    api: "^1.0.0",
    entry: "mod.js",
    sha256: hash(code),
    files: Object.entries(files).map(([path, content]) => ({ path, sha256: hash(content) })),
    ...manifest,
  };
  return { "falcod-plugin.json": JSON.stringify(text), "mod.js": code, ...files };
}

export function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
