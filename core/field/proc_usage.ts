/** proc.vm…, proc.fd… and proc.std…: what a process uses, and what it has open, which captures tell. */
import type { FileDescriptor, ResourceUse, TrackedThread } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { descriptorName, typeName } from "./_descriptor.ts";
import { defineField, type FieldDefinition, type FieldScalar, type FieldType } from "./field.ts";

const NOT_TRACKED = "live: descriptors are known only while a call works on them; captures tell it";
const STDIN = 0, STDOUT = 1, STDERR = 2;

export const procUsageFields: readonly FieldDefinition[] = [
  usage("proc.vmsize", "UINT64", "Virtual memory of the process in KiB", (t) => t.vmSizeKb),
  usage("proc.vmrss", "UINT64", "Resident memory of the process in KiB", (t) => t.vmResidentKb),
  usage("proc.vmswap", "UINT64", "Swapped memory of the process in KiB", (t) => t.vmSwapKb),
  opened(
    "proc.fdopencount",
    "UINT64",
    "Number of open descriptors of the process",
    ({ openCount }) => openCount,
  ),
  usage(
    "proc.fdlimit",
    "INT64",
    "Most descriptors the process may have open",
    ({ descriptorLimit }) => descriptorLimit,
  ),
  opened("proc.fdusage", "DOUBLE", "Open descriptors in per cent of that limit", percentOpen),
  standard("proc.stdin.type", STDIN, "What standard input is: file, pipe …", nameOfType),
  standard("proc.stdout.type", STDOUT, "What standard output is: file, pipe …", nameOfType),
  standard("proc.stderr.type", STDERR, "What standard error is: file, pipe …", nameOfType),
  standard("proc.stdin.name", STDIN, "Name of standard input", descriptorName),
  standard("proc.stdout.name", STDOUT, "Name of standard output", descriptorName),
  standard("proc.stderr.name", STDERR, "Name of standard error", descriptorName),
];

type Read = (tracked: TrackedThread) => FieldScalar | undefined;

function usage(
  name: string,
  type: FieldType,
  summary: string,
  read: (usage: ResourceUse) => FieldScalar | undefined,
): FieldDefinition {
  return defineField({
    name,
    type,
    summary,
    format: "decimal",
    extract: (_event, state) => state.usage && read(state.usage),
  });
}

function opened(name: string, type: FieldType, summary: string, read: Read): FieldDefinition {
  return defineField({
    name,
    type,
    summary,
    ...(type === "DOUBLE" ? {} : { format: "decimal" as const }),
    unavailable: NOT_TRACKED,
    extract: (_event, state) => state.tracked && read(state.tracked),
  });
}

function percentOpen({ openCount, descriptorLimit }: TrackedThread): number {
  return descriptorLimit > 0 ? Math.min(100, openCount * 100 / descriptorLimit) : 0;
}

function standard(
  name: string,
  number: number,
  summary: string,
  read: (descriptor: FileDescriptor, state: State) => string,
): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    unavailable: NOT_TRACKED,
    extract: (_event, state) => {
      const descriptor = state.tracked?.descriptors.get(number);
      return descriptor && read(descriptor, state);
    },
  });
}

function nameOfType({ typeChar }: FileDescriptor): string {
  return typeName(typeChar);
}
