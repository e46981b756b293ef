import { assertEquals } from "../../tests/assert.ts";
import {
  encodeFutexOperation,
  encodeIoUringSetupFlags,
  encodePollEvents,
  encodeQuotactlCommand,
  encodeQuotactlType,
  encodeRlimitResource,
  encodeSemctlCommand,
  encodeSemgetFlags,
  encodeSockoptLevel,
  encodeSockoptName,
} from "./encode_calls.ts";
import { renderFlags } from "./flags.ts";

Deno.test("encodeSockoptName() knows options of SOL_SOCKET only", () => {
  assertEquals(renderFlags("sockopt_options", encodeSockoptName(1, 2)), "SO_REUSEADDR");
  assertEquals(renderFlags("sockopt_options", encodeSockoptName(1, 57)), "SO_COOKIE");
  assertEquals(renderFlags("sockopt_options", encodeSockoptName(1, 66)), "SO_RCVTIMEO");
  assertEquals(renderFlags("sockopt_options", encodeSockoptName(6, 2)), "UNKNOWN");
  assertEquals(renderFlags("sockopt_options", encodeSockoptName(1, -1)), "UNKNOWN");
});

Deno.test("encodeSockoptLevel() tells sockets and TCP from the rest", () => {
  assertEquals([1, 6, 41].map(encodeSockoptLevel), [1, 2, 0]);
});

Deno.test("encodePollEvents() moves the bits that upstream has elsewhere", () => {
  assertEquals(encodePollEvents(0x2001), 1 | 8);
  assertEquals(encodePollEvents(0x10 | 0x40), 0x20 | 0x80);
});

Deno.test("encodeFutexOperation() keeps command and flags, and no command nobody knows", () => {
  assertEquals(encodeFutexOperation(0x80 | 9), 0x89);
  assertEquals(encodeFutexOperation(0x100 | 99), 0x100);
});

Deno.test("encodeSemctlCommand() gives each command its bit", () => {
  const names = [0, 2, 16, 19].map((one) =>
    renderFlags("semctl_commands", encodeSemctlCommand(one))
  );
  assertEquals(names, ["IPC_RMID", "IPC_STAT", "SETVAL", "SEM_INFO"]);
  assertEquals(encodeSemctlCommand(99), 0);
});

Deno.test("encodeSemgetFlags() leaves the permissions out", () => {
  assertEquals(renderFlags("semget_flags", encodeSemgetFlags(0o3666)), "IPC_EXCL|IPC_CREAT");
});

Deno.test("encodeQuotactlCommand() and encodeQuotactlType() take a command apart", () => {
  const native = (0x800007 << 8 | 1) >>> 0;
  assertEquals(renderFlags("quotactl_cmds", encodeQuotactlCommand(native)), "Q_GETQUOTA");
  assertEquals(renderFlags("quotactl_cmds", encodeQuotactlCommand(0x580300)), "Q_XGETQUOTA");
  assertEquals(renderFlags("quotactl_types", encodeQuotactlType(native)), "GRPQUOTA");
  assertEquals(encodeQuotactlType(7), 0);
});

Deno.test("encodeRlimitResource() says so when it does not know a limit", () => {
  assertEquals([7, 16, -1].map(encodeRlimitResource), [7, 255, 255]);
});

Deno.test("encodeIoUringSetupFlags() moves the flags behind the second", () => {
  assertEquals(encodeIoUringSetupFlags(0x2 | 0x8), 0x2 | 0x10);
});
