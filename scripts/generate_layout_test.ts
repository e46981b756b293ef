import { assertEquals } from "../tests/assert.ts";
import { LAYOUT_FILE, layoutSource, PROBE_OBJECTS, readProbeObject } from "./generate_layout.ts";
import {
  FILE_FACTS,
  FILE_RECORD,
  RECORD_HEADER,
  SOCKET_RECORD,
  TASK_FACTS,
} from "../ffi/layout.ts";

const root = new URL("..", import.meta.url).pathname;

for (const object of PROBE_OBJECTS) {
  Deno.test(`layout.ts is what ${object} generates`, async () => {
    const generated = layoutSource(await readProbeObject(root + object));
    assertEquals(generated, await Deno.readTextFile(root + LAYOUT_FILE));
  });
}

Deno.test("records begin with the header and nest facts without gaps", () => {
  assertEquals(FILE_RECORD.header, 0);
  assertEquals(FILE_RECORD.args, RECORD_HEADER.byteLength);
  assertEquals(FILE_RECORD.fd, FILE_RECORD.file + FILE_FACTS.byteLength);
  assertEquals(SOCKET_RECORD.data, SOCKET_RECORD.byteLength);
  assertEquals(TASK_FACTS.byteLength % 8, 0);
});
