/**
 * Servers that run in Java and come from Maven's central repository: fetched once into build/java.
 * Where Java or Maven is missing, or the repository cannot be reached, their tests are left out.
 */
import { installed, type PeerServer, startServer } from "./server.ts";

export interface JavaLibraries {
  /** Folder of jars. */
  readonly folder: string;
}

export interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

const ROOT = new URL("../../build/java/", import.meta.url).pathname;
const FETCH_MS = 240_000;
/** On a busy machine, a server in Java takes its time. */
const READY_MS = 180_000;

/** The artifacts with all they need, or why they cannot be had. */
export async function javaLibraries(
  name: string,
  artifacts: readonly Artifact[],
): Promise<JavaLibraries | { readonly missing: string }> {
  if (!installed("java")) return { missing: "there is no java" };
  const version = [...new Set(artifacts.map(({ version }) => version))].join("-");
  const folder = `${ROOT}${name}-${version}`;
  if (await isThere(folder)) return { folder };
  if (!installed("mvn")) return { missing: "there is no mvn to fetch it" };
  // Under another name until it is whole: others may look at the same time.
  await Deno.mkdir(ROOT, { recursive: true });
  const begun = await Deno.makeTempDir({ dir: ROOT, prefix: `${name}-` });
  const failed = await fetched(begun, artifacts);
  if (failed === undefined) {
    await Deno.rename(`${begun}/jars`, folder).catch(() => {});
  }
  await Deno.remove(begun, { recursive: true });
  return await isThere(folder) ? { folder } : { missing: failed ?? "it could not be fetched" };
}

async function fetched(
  folder: string,
  artifacts: readonly Artifact[],
): Promise<string | undefined> {
  const dependencies = artifacts.map(({ group, name, version }) =>
    `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId>` +
    `<version>${version}</version></dependency>`
  );
  await Deno.writeTextFile(
    `${folder}/pom.xml`,
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
      "<groupId>falcod</groupId><artifactId>peer</artifactId><version>1</version>" +
      `<dependencies>${dependencies.join("")}</dependencies></project>`,
  );
  const command = new Deno.Command("mvn", {
    args: ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${folder}/jars`],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(FETCH_MS),
  });
  const { success } = await command.output();
  return success ? undefined : "Maven's central repository cannot be reached";
}

async function isThere(folder: string): Promise<boolean> {
  return await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false);
}

/** Runs a class until it ends; rejects with what it printed where it fails. */
export async function runJava(
  { folder }: JavaLibraries,
  args: readonly string[],
): Promise<string> {
  const command = new Deno.Command("java", {
    args: ["-Xmx128m", "-cp", `${folder}/*`, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

export function startJava(
  { folder }: JavaLibraries,
  { args, ports }: { readonly args: readonly string[]; readonly ports: readonly number[] },
): Promise<PeerServer> {
  return startServer({
    program: "java",
    args: ["-Xmx384m", "-cp", `${folder}/*`, ...args],
    ports,
    readyMs: READY_MS,
  });
}
