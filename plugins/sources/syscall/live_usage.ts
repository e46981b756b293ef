/** What a process uses, as records tell it where a rule asked. */
import type { ResourceUse } from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { signedWideAt, wideAt } from "./memory.ts";

const {
  EXEC_RECORD,
  EXIT_RECORD,
  EXTRAS_TAIL,
  FAULT_RECORD,
  HEADER_FLAGS,
  RECORD_HEADER,
  RECORD_KIND,
  SIGNAL_RECORD,
  SWITCH_RECORD,
  USAGE_FACTS,
} = layout;

/** Where it stands in records that are not of a system call's end; those that were not asked for it end before. */
const IN_RECORD = new Map<number, number>([
  [RECORD_KIND.exec, EXEC_RECORD.usage],
  [RECORD_KIND.exit, EXIT_RECORD.usage],
  [RECORD_KIND.signal, SIGNAL_RECORD.usage],
  [RECORD_KIND.switch, SWITCH_RECORD.usage],
  [RECORD_KIND.fault, FAULT_RECORD.usage],
]);

/** Absent where the record at `record` does not tell it. */
export function usageAt(
  memory: RingMemory,
  record: number,
  kind: number,
): ResourceUse | undefined {
  const at = placeOf(memory, record, kind);
  if (at === 0) return undefined;
  const { u32 } = memory;
  return {
    descriptorLimit: signedWideAt(memory, at + USAGE_FACTS.descriptorLimit),
    vmSizeKb: u32[(at + USAGE_FACTS.virtualKb) >> 2]!,
    vmResidentKb: u32[(at + USAGE_FACTS.residentKb) >> 2]!,
    vmSwapKb: u32[(at + USAGE_FACTS.swappedKb) >> 2]!,
    majorFaults: wideAt(memory, at + USAGE_FACTS.majorFaults),
    minorFaults: wideAt(memory, at + USAGE_FACTS.minorFaults),
  };
}

/** Where the usage facts stand, 0 when there are none. */
function placeOf(memory: RingMemory, at: number, kind: number): number {
  const sizeBytes = memory.u32[(at + RECORD_HEADER.size) >> 2]!;
  const inRecord = IN_RECORD.get(kind);
  if (inRecord !== undefined) return sizeBytes > inRecord ? at + inRecord : 0;
  if ((memory.u16[(at + RECORD_HEADER.flags) >> 1]! & HEADER_FLAGS.extras) === 0) return 0;
  const tail = at + sizeBytes - EXTRAS_TAIL.byteLength;
  const bytes = memory.u16[(tail + EXTRAS_TAIL.usage) >> 1]!;
  return bytes === 0 ? 0 : tail - bytes;
}
