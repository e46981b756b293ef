import { assertEquals } from "../../tests/assert.ts";
import { compatSyscalls, NO_SYSCALL } from "./compat_syscalls.ts";
import { syscallByName } from "./syscalls.ts";

const named = (name: string) => syscallByName(name)!.number!;

Deno.test("compatSyscalls() translates 32-bit numbers by name", () => {
  const map = compatSyscalls();
  assertEquals(map.length, 512);
  const pairs: readonly (readonly [number, string])[] = [
    [1, "exit"],
    [5, "open"],
    [11, "execve"],
    [22, "umount2"],
    [26, "ptrace"],
    [52, "umount2"],
    [295, "openat"],
    [358, "execveat"],
    [359, "socket"],
    [362, "connect"],
  ];
  for (const [number, name] of pairs) assertEquals(map[number], named(name), name);
});

Deno.test("compatSyscalls() knows the names that 32-bit variants go by", () => {
  const map = compatSyscalls();
  assertEquals(map[192], named("mmap"));
  assertEquals(map[213], named("setuid"));
  assertEquals(map[300], named("newfstatat"));
  assertEquals(map[422], named("futex"));
});

Deno.test("compatSyscalls() leaves out calls whose arguments stand elsewhere", () => {
  const map = compatSyscalls();
  // old mmap, old select, socketcall, ipc, _llseek, fanotify_mark
  for (const number of [90, 82, 102, 117, 140, 339]) assertEquals(map[number], NO_SYSCALL);
});

Deno.test("compatSyscalls() has the numbers from 424 on in common with x86-64", () => {
  const map = compatSyscalls();
  for (const name of ["io_uring_setup", "clone3", "openat2", "faccessat2"]) {
    assertEquals(map[named(name)], named(name), name);
  }
  assertEquals(map[511], NO_SYSCALL);
});
