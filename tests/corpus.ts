/**
 * Conformance cases: facts and upstream's test cases, kept beside the checkout and not in it. They are
 * in `../shared/conformance`, or where FALCOD_CONFORMANCE says (a path from the repository's root).
 * Tests that need what is not there are left out and say so.
 */
import { fileURLToPath } from "node:url";
import process from "node:process";

const ROOT = new URL("../", import.meta.url);
const STANDARD = folder("../shared/conformance");
const CHOSEN = folder(process.env.FALCOD_CONFORMANCE ?? "../shared/conformance");

/** The cases are those that the exceptions in the tests are written for. */
export const isStandardCorpus = CHOSEN.href === STANDARD.href;

/** Path of a file of the chosen directory; absent when there is none. */
export function casesPath(file: string): string | undefined {
  return existing(new URL(encodeURI(file), CHOSEN));
}

/** Path of a file that cases refer to; one that the chosen directory lacks is the standard one. */
export function corpusPath(file: string): string | undefined {
  return casesPath(file) ?? existing(new URL(encodeURI(file), STANDARD));
}

/** Files of a directory, in order, as `corpusPath` takes them. */
export function corpusFiles(directory: string): string[] {
  const names = new Set<string>();
  for (const base of [STANDARD, CHOSEN]) {
    try {
      for (const { name } of Deno.readDirSync(new URL(encodeURI(directory), base))) names.add(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return [...names].sort().map((name) => `${directory}/${name}`);
}

export function readCorpus(file: string): string {
  const path = corpusPath(file);
  if (path === undefined) throw new Error(`${file} is not among the conformance cases`);
  return Deno.readTextFileSync(path);
}

/** Values of a file of JSON lines. */
export function parseLines<Value>(text: string): Value[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Value);
}

/** A test that reads files of the corpus, or has falcod read them; `define` is Deno.test or its like. */
export function corpusTest<Body extends () => void | Promise<void>>(
  name: string,
  files: readonly string[],
  body: Body,
  define: (name: string, body: Body) => void = Deno.test,
): void {
  const missing = files.filter((file) => corpusPath(file) === undefined);
  if (missing.length > 0) {
    console.log(
      `left out, ${missing.join(" and ")} not found in ${fileURLToPath(CHOSEN)}: ${name}`,
    );
    Deno.test({ name, ignore: true, fn: body });
  } else define(name, body);
}

function folder(path: string): URL {
  return new URL(`${encodeURI(path).replace(/\/*$/, "/")}`, ROOT);
}

function existing(url: URL): string | undefined {
  const path = fileURLToPath(url);
  try {
    return Deno.statSync(path).isFile ? path : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
