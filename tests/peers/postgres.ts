/** PostgreSQL as Debian packs it, with an empty database and a certificate. */
import { setTimeout as delay } from "node:timers/promises";
import { newAuthority } from "../certificates.ts";
import { freePort } from "../free_port.ts";
import { type PeerServer, startServer } from "./server.ts";

export const POSTGRES = { program: `${programs()}/postgres`, package: "postgresql" };
const PASSWORD = "w0rd of mine";

export interface Postgres extends AsyncDisposable {
  readonly port: number;
  /** With `ca.crt`, and room for more. */
  readonly folder: string;
  /** Path of its unix socket. */
  readonly socket: string;
  readonly password: string;
  /** What psql prints of an answer, without anything around it. */
  ask(sql: string): Promise<string>;
  stop(): Promise<void>;
  /** Starts again what was stopped. */
  again(): Promise<void>;
}

/** Where Debian has the programs of its newest version. */
function programs(): string {
  const base = "/usr/lib/postgresql";
  try {
    const [newest] = [...Deno.readDirSync(base)].map(({ name }) => name)
      .sort((one, other) => Number(other) - Number(one));
    return `${base}/${newest}/bin`;
  } catch {
    return base;
  }
}

export async function startPostgres(
  { login = "scram-sha-256" }: { readonly login?: "scram-sha-256" | "md5" } = {},
): Promise<Postgres> {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "falcod-postgres-" });
  await Deno.chmod(folder, 0o755);
  const authority = await newAuthority();
  const { certificate, key } = await authority.issue({ commonName: "server" });
  const files = {
    "ca.crt": authority.certificate,
    "server.crt": certificate,
    "server.key": key,
    password: PASSWORD,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o600 });
  }
  await Deno.chmod(`${folder}/ca.crt`, 0o644);
  if (Deno.uid() === 0) await run("chown", ["-R", "postgres", folder]);
  const own = ["initdb", "-D", `${folder}/data`, "-U", "postgres", "--no-sync", "-E", "UTF8"];
  await runOwn([...own, "--locale=C", `--auth=${login}`, `--pwfile=${folder}/password`]);
  const settings = {
    fsync: "off",
    ssl: "on",
    ssl_cert_file: `${folder}/server.crt`,
    ssl_key_file: `${folder}/server.key`,
  };
  const place = ["-D", `${folder}/data`, "-p", `${port}`, "-h", "127.0.0.1", "-k", folder];
  const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const client = ["-h", "127.0.0.1", "-p", `${port}`, "-U", "postgres", "-At", "-c"];
  const ask = (sql: string) =>
    run(`${programs()}/psql`, [...client, sql], { PGPASSWORD: PASSWORD });

  let server: PeerServer | undefined;
  const stop = async () => {
    // By itself it would wait for clients to go.
    await runOwn(["pg_ctl", "-D", `${folder}/data`, "-m", "fast", "stop"]).catch(() => {});
    await server?.stop();
  };
  const again = async () => {
    const [program, ...args] = asUser(["postgres", ...place, ...given]);
    server = await startServer({ program: program!, args, ports: [port] });
    for (let tries = 0; tries < 100; tries++) {
      if (await ask("SELECT 1").then(() => true, () => false)) return;
      await delay(100);
    }
    await stop();
    throw new Error(`PostgreSQL does not answer: ${server.output()}`);
  };
  await again();
  return {
    port,
    folder,
    socket: `${folder}/.s.PGSQL.${port}`,
    password: PASSWORD,
    ask,
    stop,
    again,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function runOwn(command: readonly string[]): Promise<string> {
  const [program, ...args] = asUser(command);
  return run(program!, args);
}

/** PostgreSQL refuses to run as root. */
function asUser([program, ...args]: readonly string[]): readonly string[] {
  const own = [`${programs()}/${program}`, ...args];
  const user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
  return Deno.uid() === 0 ? [...user, ...own] : own;
}

async function run(program: string, args: readonly string[], env = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env,
    cwd: "/",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${text(stderr)}${text(stdout)}`);
  return text(stdout);
}
