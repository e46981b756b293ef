/**
 * Events of a capture file, as if they happened now; their time is the recording's.
 *
 * They are events of system calls, so rules for these judge them. Whoever recorded them knew another
 * machine: nothing is looked up on this one but the DNS names that rules compare addresses with.
 */
import { type SourcePlugin, syscallFields } from "../../../core/mod.ts";
import { type ReplayConfig, replaySchema } from "./schema.ts";
import { ReplaySource } from "./source.ts";

const plugin: SourcePlugin<ReplayConfig> = {
  kind: "source",
  name: "replay",
  summary: "System calls, from a capture file",
  schema: replaySchema,
  fields: syscallFields,
  create: (config) => new ReplaySource(config),
};

export default plugin;
