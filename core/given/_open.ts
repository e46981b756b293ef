/** How a file was opened: from flags, or from what rules ask about them. */
import { eventType, flagValue } from "../event/mod.ts";
import type { Given } from "./given.ts";
import { flagsOf } from "./_words.ts";

const OPENING = new Set(["open", "openat", "openat2", "creat", "open_by_handle_at"]);

export function opens(code: number): boolean {
  return OPENING.has(eventType(code)?.name ?? "");
}

/** `file_flags`: as given, else what `evt.is_open_…` needs, else for reading; absent for other calls. */
export function openFlagsOf(given: Given): number | undefined {
  if (!opens(given.type)) return undefined;
  const raw = given.number("evt.rawarg", "flags");
  if (raw !== undefined) return raw;
  const text = given.text("evt.arg", "flags");
  const written = text === undefined ? undefined : flagsOf("file_flags", text);
  if (written !== undefined) return written;
  const creates = given.truth("evt.is_open_create") === true;
  const executable = given.truth("evt.is_open_exec") === true;
  const reads = given.truth("evt.is_open_read") === true;
  const writes = given.truth("evt.is_open_write") ??
    (!reads && (creates || executable || isCreat(given)));
  let flags = writes ? bit("O_WRONLY") : 0;
  if (reads || !writes) flags |= bit("O_RDONLY");
  if (creates) flags |= bit("O_CREAT") | bit("O_F_CREATED");
  return executable ? flags | bit("O_CREAT") : flags;
}

function isCreat(given: Given): boolean {
  return eventType(given.type)?.name === "creat";
}

/** The bit of a `file_flags` name. */
function bit(name: string): number {
  return flagValue("file_flags", name) ?? 0;
}
