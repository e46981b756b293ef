/**
 * Falco's capture files (`.scap`): reading and writing.
 *
 * A reader is pulled. It hands out what the file holds, in its order: the machine, users, processes and
 * open descriptors as objects, then events as one cursor that moves over the reader's memory.
 *
 *     using reader = new ScapReader(await openCapture(path));
 *     for (;;) {
 *       const item = reader.next();
 *       if (item.kind === "more") await reader.fill();
 *       else if (item.kind === "event") judge(item);
 *       else if (item.kind === "end" || item.kind === "fault") break;
 *     }
 *
 * Nothing in a file makes it throw: a fault is an item, and the last one.
 */
export * from "./entries.ts";
export * from "./event.ts";
export * from "./fault.ts";
export { encodeParam } from "./encode_param.ts";
export {
  type ByteSource,
  captureIn,
  captureInput,
  InputError,
  type InputErrorCode,
  memoryInput,
  openCapture,
  type ScapInput,
} from "./input.ts";
export { ANY_COUNT, NOT_PASSED, type PassedOver, type ScapItem, ScapReader } from "./reader.ts";
export { isStandardInput, isStandardOutput } from "./_capture_target.ts";
export {
  type CaptureFileOptions,
  type CaptureOutput,
  createCapture,
  MemoryOutput,
  OutputError,
  type OutputErrorCode,
  type ScapOutput,
} from "./output.ts";
export { type EventHeader, ScapWriter, type ScapWriterOptions, type Written } from "./writer.ts";
export { paramSize } from "./param_size.ts";
