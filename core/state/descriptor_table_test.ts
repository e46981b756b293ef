import { assertEquals } from "../../tests/assert.ts";
import type { FileDescriptor } from "../event/mod.ts";
import { DescriptorTable } from "./descriptor_table.ts";

function file(number: number): FileDescriptor {
  return {
    number,
    typeChar: "f",
    path: undefined,
    socket: undefined,
    protocol: undefined,
    role: undefined,
    connected: undefined,
    inode: undefined,
    device: undefined,
    flags: 0,
    onOverlayUpper: false,
  };
}

Deno.test("DescriptorTable keeps descriptors by number, however large", () => {
  const table = new DescriptorTable<FileDescriptor>();
  for (const number of [0, 3, 5000, 3]) table.set(number, file(number));
  assertEquals([...table].map(({ number }) => number), [0, 3, 5000]);
  assertEquals(table.size, 3);
  for (const number of [3, 4, 5000, 5001]) table.delete(number);
  assertEquals([...table].map(({ number }) => number), [0]);
  assertEquals(table.size, 1);
});

Deno.test("DescriptorTable takes no number that no descriptor can have", () => {
  const table = new DescriptorTable<FileDescriptor>();
  for (const number of [-1, 1.5, NaN, 2 ** 31, Infinity]) table.set(number, file(number));
  assertEquals(table.size, 0);
});

Deno.test("fork() gives a table that changes on its own", () => {
  const parent = new DescriptorTable<FileDescriptor>();
  parent.set(1, file(1));
  parent.set(4000, file(4000));
  const child = parent.fork();
  child.delete(1);
  child.set(2, file(2));
  parent.set(3, file(3));
  parent.delete(4000);
  assertEquals([...parent].map(({ number }) => number), [1, 3]);
  assertEquals([...child].map(({ number }) => number), [2, 4000]);
});

Deno.test("retain() closes what is not kept", () => {
  const table = new DescriptorTable<FileDescriptor>();
  for (const number of [0, 1, 2, 2000]) table.set(number, file(number));
  table.retain((_descriptor, number) => number % 2 === 1);
  assertEquals([...table].map(({ number }) => number), [1]);
});

Deno.test("DescriptorTable is bounded and counts what it does not keep", () => {
  const table = new DescriptorTable<FileDescriptor>();
  for (let number = 0; number < 70_000; number++) table.set(number, file(number));
  assertEquals([table.size, table.notKept], [65_536, 70_000 - 65_536]);
});
