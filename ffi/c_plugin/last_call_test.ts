import { assert, assertEquals } from "../../tests/assert.ts";
import { LastCall } from "./last_call.ts";

/** What the handler would write: of the call on this thread, and of those on others. */
function told(data: Uint8Array<ArrayBuffer>): readonly [string, string] {
  const view = new DataView(data.buffer);
  const textAt = (offset: number) =>
    offset === 0
      ? ""
      : new TextDecoder().decode(data.subarray(offset, offset + view.getUint32(offset - 4, true)));
  return [textAt(view.getUint32(0, true)), textAt(view.getUint32(4, true))];
}

Deno.test("LastCall notes the call that is under way, and the one around it afterwards", () => {
  const data = new Uint8Array(64 << 10);
  const notes = new LastCall(data, 7);
  assertEquals(new DataView(data.buffer).getUint32(8, true), 7);
  assertEquals(told(data), ["", ""]);
  const outer = notes.begin(notes.textOf("/p/liba.so", "plugin_parse_event"));
  const inner = notes.begin(notes.textOf("/p/libb.so", "plugin_extract_fields"));
  const text = (path: string, call: string) =>
    `falcod: ends, since the library "${path}" has crashed in ${call}\n`;
  assertEquals(told(data)[0], text("/p/libb.so", "plugin_extract_fields"));
  notes.end(inner);
  assertEquals(told(data)[0], text("/p/liba.so", "plugin_parse_event"));
  notes.end(outer);
  assertEquals(told(data)[0], "");
});

Deno.test("LastCall notes what waits on other threads, as often as it does", () => {
  const data = new Uint8Array(64 << 10);
  const notes = new LastCall(data, 7);
  notes.opened("/p/liba.so");
  const calls = [1, 2].map(() => notes.elsewhere("/p/libb.so", "plugin_next_batch"));
  const both = /threads: "\/p\/liba\.so", "\/p\/libb\.so" in plugin_next_batch\n$/;
  assert(both.test(told(data)[1]), told(data)[1]);
  calls[0]![Symbol.dispose]();
  assert(both.test(told(data)[1]), told(data)[1]);
  calls[1]![Symbol.dispose]();
  assert(/, "\/p\/libb\.so"\n$/.test(told(data)[1]), told(data)[1]);
});

Deno.test("LastCall keeps within its memory, whatever libraries are called", () => {
  const data = new Uint8Array(64 << 10);
  const notes = new LastCall(data, 7);
  for (let index = 0; index < 1000; index++) {
    const path = `/${"ä\n\u001b[2J\u2028😀".repeat(100)}/${index}`;
    notes.opened(path);
    const before = notes.begin(notes.textOf(path, "plugin_init"));
    const [here, elsewhere] = told(data);
    for (const text of [here, elsewhere]) {
      // deno-lint-ignore no-control-regex -- what must not be printed
      assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]/.test(text), text);
      assert(text === "" || text.indexOf("\n") === text.length - 1, text);
    }
    notes.end(before);
  }
  assertEquals(notes.textOf("/p/liba.so", "plugin_init"), 0);
});
