import { assert, assertEquals } from "../../tests/assert.ts";
import { Buffer } from "node:buffer";
import type { CaptureBytes } from "../scap/mod.ts";
import { BytesTable } from "./_bytes_table.ts";
import { cgroupPath, cgroupsOf, withoutLoneEmpty } from "./texts.ts";

function bytesOf(text: string): { readonly bytes: CaptureBytes; readonly view: DataView } {
  const bytes = Buffer.from(text) as CaptureBytes;
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

function lookUp(table: BytesTable<object>, text: string, made: string[] = []): object {
  const { bytes, view } = bytesOf(text);
  return table.get(bytes, view, 0, bytes.length, () => {
    made.push(text);
    return {};
  });
}

Deno.test("equal bytes have one value, made once", () => {
  const table = new BytesTable<object>({ values: 1024, bytes: 1 << 16 });
  const made: string[] = [];
  const [first, again] = [lookUp(table, "/etc/passwd", made), lookUp(table, "/etc/passwd", made)];
  assert(first === again);
  assert(lookUp(table, "/etc/passwe", made) !== first);
  assert(lookUp(table, "", made) !== first);
  assertEquals(made, ["/etc/passwd", "/etc/passwe", ""]);
});

Deno.test("a table that grows keeps its values, and one that is full begins anew", () => {
  const table = new BytesTable<object>({ values: 4096, bytes: 1 << 20 });
  const first = lookUp(table, "name 0");
  for (let n = 1; n < 4096; n++) lookUp(table, `name ${n}`);
  assertEquals(table.size, 4096);
  assert(lookUp(table, "name 0") === first);
  lookUp(table, "one more");
  assertEquals(table.size, 1);
});

Deno.test("what would fill the table alone is not kept", () => {
  const table = new BytesTable<object>({ values: 16, bytes: 1 << 16 });
  lookUp(table, "x".repeat(1 << 13));
  assertEquals(table.size, 0);
});

Deno.test("cgroups are told by today's names, and the path of a container comes first", () => {
  const id = "a".repeat(64);
  const cgroups = cgroupsOf(["cpu=/", "mem_cgroup=/user.slice/very/long/path", `io=/docker/${id}`]);
  assertEquals(cgroups.map(([name]) => name), ["cpu", "memory", "blkio"]);
  assertEquals(cgroupPath(cgroups), `/docker/${id}`);
  assertEquals(cgroupPath(cgroupsOf(["name=systemd=/init.scope", "cpu=/"])), "/init.scope");
  assertEquals(cgroupsOf(["cpu=/", "broken"]), []);
});

Deno.test("a list of one empty text is empty", () => {
  assertEquals(withoutLoneEmpty([""]), []);
  assertEquals(withoutLoneEmpty(["", ""]), ["", ""]);
});
