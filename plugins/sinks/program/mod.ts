/** Alerts to a program: Falco's `program_output`. */
import type { SinkPlugin } from "../../../core/mod.ts";
import { ProgramSink } from "./program_sink.ts";
import { type ProgramConfig, schema } from "./schema.ts";

const plugin: SinkPlugin<ProgramConfig> = {
  kind: "sink",
  name: "program",
  summary: "The standard input of a program",
  schema,
  runsPrograms: true,
  create: ({ program, keep_alive, check_status }, context) =>
    new ProgramSink(
      { command: program, keepAlive: keep_alive, checkStatus: check_status },
      context,
    ),
  check: ({ program }) => {
    const what = programProblem(program);
    const help = "install it, or write where the program is; it has to be executable";
    return Promise.resolve(what === undefined ? [] : [{ path: ["program"], what, help }]);
  },
};
export default plugin;

/**
 * The shell decides what a command means; one that begins with a path names that file, one that begins with
 * a word what it finds in PATH.
 */
const BEGINNING = /^\s*(\/[\w./@%+,:-]+|[A-Za-z_][\w.+-]*)(?=[\s;|&<>]|$)/;

/** What means something to the shell itself, also where no file is called so: sh(1). */
const WORDS_OF_SHELL = new Set(
  (
    "alias bg break builtin case cd chdir command continue declare do done echo elif else enable " +
    "esac eval exec exit export false fc fg fi for function getopts hash help history if in jobs " +
    "kill let local logout printf pwd read readonly return select set shift shopt source suspend " +
    "test then time times trap true type typeset ulimit umask unalias unset until wait while"
  ).split(" "),
);

function programProblem(command: string): string | undefined {
  const found = BEGINNING.exec(command)?.[1];
  if (found === undefined) return undefined;
  if (found.startsWith("/")) return fileProblem(found);
  const folders = Deno.env.get("PATH")?.split(":");
  if (folders === undefined || WORDS_OF_SHELL.has(found)) return undefined;
  const isThere = folders.some((folder) => fileProblem(`${folder || "."}/${found}`) === undefined);
  return isThere ? undefined : `there is no "${found}" in the folders of PATH`;
}

/** None also where falcod may not look. */
function fileProblem(path: string): string | undefined {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode! & 0o111) !== 0 ? undefined : `"${path}" is no program`;
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    return isAbsent ? `there is no "${path}"` : undefined;
  }
}
