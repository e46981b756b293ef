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
    const help = "write where the program is, and make it executable";
    return Promise.resolve(what === undefined ? [] : [{ path: ["program"], what, help }]);
  },
};
export default plugin;

/** The shell decides what a command means; one that begins with a path names that file. */
const BEGINNING = /^\s*(\/[\w./@%+,:-]+)(?=[\s;|&<>()]|$)/;

function programProblem(command: string): string | undefined {
  const path = BEGINNING.exec(command)?.[1];
  if (path === undefined) return undefined;
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode! & 0o111) !== 0 ? undefined : `"${path}" is no program`;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? `there is no "${path}"` : undefined;
  }
}
