/**
 * System calls and the life of processes, live from the kernel.
 *
 * The probe's records become events without a copy: `LiveEvent` is a cursor over ring memory, and
 * strings are decoded when a rule asks. Lifecycle records become changes of the process table.
 */
import { type SourcePlugin, syscallFields } from "../../../core/mod.ts";
import { type SyscallConfig, syscallSchema } from "./schema.ts";
import { SyscallSource } from "./source.ts";

const plugin: SourcePlugin<SyscallConfig> = {
  kind: "source",
  name: "syscall",
  summary: "System calls, live from the kernel through eBPF",
  schema: syscallSchema,
  fields: syscallFields,
  create: (config) => new SyscallSource(config),
};

export default plugin;
