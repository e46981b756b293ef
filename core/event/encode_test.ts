import { assertEquals } from "../../tests/assert.ts";
import {
  encodeAccessFlags,
  encodeCloneFlags,
  encodeDescriptorFlags,
  encodeExecFlags,
  encodeFcntlCommand,
  encodeMemfdFlags,
  encodeMknodMode,
  encodeMountFlags,
  encodeOpenat2Resolve,
  encodeOpenFlags,
  encodeOpenMode,
  encodePtraceRequest,
  encodeSocketFamily,
  encodeUmountFlags,
  withOpenedFile,
} from "./encode.ts";
import type { Encoder } from "./_encoder.ts";
import * as encoders from "./encode.ts";
import * as encodersOfCalls from "./encode_calls.ts";
import { renderFlags } from "./flags.ts";

const render = (table: string, value: number) => new Set(renderFlags(table, value).split("|"));

Deno.test("encodeOpenFlags() always has an access mode", () => {
  assertEquals(render("file_flags", encodeOpenFlags(0)), new Set(["O_RDONLY"]));
  assertEquals(render("file_flags", encodeOpenFlags(1)), new Set(["O_WRONLY"]));
  assertEquals(render("file_flags", encodeOpenFlags(2)), new Set(["O_RDWR"]));
});

Deno.test("encodeOpenFlags() translates what a shell's redirection passes", () => {
  const native = 0o1 | 0o100 | 0o1000 | 0o2000000;
  assertEquals(
    render("file_flags", encodeOpenFlags(native)),
    new Set(["O_WRONLY", "O_CREAT", "O_TRUNC", "O_CLOEXEC"]),
  );
});

Deno.test("encodeOpenFlags() takes an opened directory for no temporary file", () => {
  assertEquals(
    render("file_flags", encodeOpenFlags(0o200000)),
    new Set(["O_RDONLY", "O_DIRECTORY"]),
  );
  assertEquals(
    render("file_flags", encodeOpenFlags(0o20200000)),
    new Set(["O_RDONLY", "O_DIRECTORY", "O_TMPFILE"]),
  );
});

Deno.test("encodeOpenFlags() tells O_DSYNC from O_SYNC", () => {
  assertEquals(render("file_flags", encodeOpenFlags(0o10000)), new Set(["O_RDONLY", "O_DSYNC"]));
  assertEquals(
    render("file_flags", encodeOpenFlags(0o4010000)),
    new Set(["O_RDONLY", "O_DSYNC", "O_SYNC"]),
  );
});

Deno.test("encodeOpenFlags() drops what upstream has no name for", () => {
  assertEquals(encodeOpenFlags(0x7fffffff & ~0o33777777), 1);
});

Deno.test("withOpenedFile() adds the facts of the file", () => {
  const flags = withOpenedFile(1, { created: true, overlayUpper: true });
  assertEquals(
    render("file_flags", flags),
    new Set(["O_RDONLY", "O_F_CREATED", "FD_UPPER_LAYER"]),
  );
  assertEquals(
    render("file_flags", withOpenedFile(1, { overlayLower: true })),
    new Set(["O_RDONLY", "FD_LOWER_LAYER"]),
  );
});

Deno.test("encodeOpenMode() counts only where a file can be created", () => {
  assertEquals(encodeOpenMode(0, 0o644), 0);
  assertEquals(encodeOpenMode(0o200000, 0o644), 0);
  assertEquals(encodeOpenMode(0o100, 0o104755), 0o4755);
});

Deno.test("encodeDescriptorFlags() has no access mode", () => {
  assertEquals(encodeDescriptorFlags(0), 0);
  assertEquals(renderFlags("file_flags", encodeDescriptorFlags(0o2004000)), "O_NONBLOCK|O_CLOEXEC");
});

Deno.test("encodeCloneFlags() translates a new container's namespaces, bit 31 included", () => {
  const native = 0x20000 | 0x4000000 | 0x8000000 | 0x20000000 | 0x40000000 | 0x80000000;
  assertEquals(
    render("clone_flags", encodeCloneFlags(native)),
    new Set([
      "CLONE_NEWNS",
      "CLONE_NEWUTS",
      "CLONE_NEWIPC",
      "CLONE_NEWPID",
      "CLONE_NEWNET",
      "CLONE_IO",
    ]),
  );
});

Deno.test("encodePtraceRequest() and encodeFcntlCommand() name what is unknown so", () => {
  const ptrace = (request: number) => renderFlags("ptrace_requests", encodePtraceRequest(request));
  assertEquals(ptrace(16), "PTRACE_ATTACH");
  assertEquals(ptrace(0x4206), "PTRACE_SEIZE");
  assertEquals(ptrace(-1), "PTRACE_UNKNOWN");
  const fcntl = (command: number) => renderFlags("fcntl_commands", encodeFcntlCommand(command));
  assertEquals([fcntl(1030), fcntl(12345)], ["F_DUPFD_CLOEXEC", "UNKNOWN"]);
});

Deno.test("encodeSocketFamily() knows families up to NFC", () => {
  assertEquals([1, 2, 10, 16, 17, 39].map(encodeSocketFamily), [1, 2, 10, 16, 17, 39]);
  assertEquals([27, 40, 44, -1, 65535].map(encodeSocketFamily), [0, 0, 0, 0, 0]);
});

Deno.test("encodeMountFlags() takes the old magic number away", () => {
  assertEquals(renderFlags("mount_flags", encodeMountFlags(0xc0ed0000 | 0x1001)), "RDONLY|BIND");
  assertEquals(renderFlags("mount_flags", encodeMountFlags(0x80001000)), "BIND|NOUSER");
});

Deno.test("encoders of small flag sets agree with upstream's names", () => {
  assertEquals(renderFlags("umount_flags", encodeUmountFlags(2)), "DETACH");
  assertEquals(
    renderFlags("memfd_create_flags", encodeMemfdFlags(3)),
    "MFD_CLOEXEC|MFD_ALLOW_SEALING",
  );
  assertEquals(renderFlags("openat2_flags", encodeOpenat2Resolve(4)), "RESOLVE_NO_SYMLINKS");
  assertEquals(renderFlags("access_flags", encodeAccessFlags(0)), "F_OK");
  assertEquals(renderFlags("access_flags", encodeAccessFlags(5)), "R_OK|X_OK");
});

Deno.test("encodeMknodMode() takes no type for a regular file", () => {
  assertEquals(encodeMknodMode(0o644), 0o100644);
  assertEquals(encodeMknodMode(0o020600), 0o020600);
});

Deno.test("encodeExecFlags() tells where the program came from", () => {
  const image = {
    exeWritable: true,
    exeOnOverlayUpper: false,
    exeOnOverlayLower: false,
    exeFromMemfd: true,
  };
  assertEquals(renderFlags("execve_flags", encodeExecFlags(image)), "EXE_WRITABLE|EXE_FROM_MEMFD");
});

Deno.test("every encoder finds its names in the flag tables and gives 32 bits without a sign", () => {
  for (const [name, encode] of Object.entries({ ...encoders, ...encodersOfCalls })) {
    if (encode.length !== 1 || encode === encodeExecFlags) continue;
    for (const native of [0, 1, 0x7fffffff, 0xffffffff, -1]) {
      const encoded = (encode as Encoder)(native);
      assertEquals(encoded, encoded >>> 0, name);
    }
  }
});
