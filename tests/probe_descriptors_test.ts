/** What is said of descriptors by event type is held against the calls whose descriptors the probe reads. */
import { exitEventOfSyscall, syscallByName } from "../core/event/mod.ts";
import { fixedValue, syscallFields } from "../core/field/mod.ts";
import { assert, assertEquals } from "./assert.ts";

const SHAPES = new URL("../ffi/probe/syscalls.h", import.meta.url);
const ROW =
  /^\t\[__NR_(\w+)\] = .*\b(?:FILE_CALL|SOCKET_CALL|OPEN_CALL|SHAPE_FILE|SHAPE_SOCKET)\b/gm;

Deno.test("fixedValue() denies no call its descriptor whose descriptor the probe reads", () => {
  const names = [...Deno.readTextFileSync(SHAPES).matchAll(ROW)].map(([, name]) => name!);
  assert(names.length > 70, `${names.length}`);
  const denied = names.filter((name) => {
    const number = syscallByName(name)?.number;
    if (number === undefined) return false;
    return fixedValue(syscallFields.get("fd.name")!, undefined, exitEventOfSyscall(number));
  });
  assertEquals(denied, []);
});
