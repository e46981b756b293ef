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
};
export default plugin;
