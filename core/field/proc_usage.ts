/** proc.vm…, proc.fd… and proc.std…: what a process uses and has open. Nothing delivers these yet. */
import { defineField, type FieldDefinition, type FieldType } from "./field.ts";

const NO_USAGE = "memory use is not sampled";
const NOT_TRACKED = "descriptors of a process are known only while a call works on them";

export const procUsageFields: readonly FieldDefinition[] = [
  usage("proc.vmsize", "UINT64", "Virtual memory of the process in KiB", NO_USAGE),
  usage("proc.vmrss", "UINT64", "Resident memory of the process in KiB", NO_USAGE),
  usage("proc.vmswap", "UINT64", "Swapped memory of the process in KiB", NO_USAGE),
  usage("proc.fdopencount", "UINT64", "Number of open descriptors of the process", NOT_TRACKED),
  usage("proc.fdlimit", "INT64", "Most descriptors the process may have open", NOT_TRACKED),
  usage("proc.fdusage", "DOUBLE", "Open descriptors in per cent of that limit", NOT_TRACKED),
  usage("proc.stdin.type", "CHARBUF", "What standard input is: file, pipe …", NOT_TRACKED),
  usage("proc.stdout.type", "CHARBUF", "What standard output is: file, pipe …", NOT_TRACKED),
  usage("proc.stderr.type", "CHARBUF", "What standard error is: file, pipe …", NOT_TRACKED),
  usage("proc.stdin.name", "CHARBUF", "Name of standard input", NOT_TRACKED),
  usage("proc.stdout.name", "CHARBUF", "Name of standard output", NOT_TRACKED),
  usage("proc.stderr.name", "CHARBUF", "Name of standard error", NOT_TRACKED),
];

function usage(
  name: string,
  type: FieldType,
  summary: string,
  unavailable: string,
): FieldDefinition {
  const isInteger = type === "UINT64" || type === "INT64";
  return defineField({
    name,
    type,
    summary,
    ...(isInteger ? { format: "decimal" as const } : {}),
    unavailable,
    extract: () => undefined,
  });
}
