/** Entries of lists in the versions upstream writes today: the counterpart of the readers beside this. */
import { encodeUtf8 } from "../base/mod.ts";
import type {
  ScapDescriptor,
  ScapGroup,
  ScapInterface,
  ScapMachine,
  ScapProcess,
  ScapStart,
  ScapUser,
} from "./entries.ts";
import { DESCRIPTOR_TYPES, INTERFACE_TYPES, TEXT_LIMITS } from "./format.ts";
import type { BlockBuilder } from "./_block_builder.ts";

const { path, strings, account, descriptorName } = TEXT_LIMITS;
const HOSTNAME_BYTES = 128;
const USER = 0, GROUP = 1;

export function writeMachine(builder: BlockBuilder, machine: ScapMachine): void {
  builder.u32(machine.cpuCount);
  builder.u64(machine.memoryBytes);
  builder.u64(machine.maxPid);
  builder.fixedText(machine.hostname, HOSTNAME_BYTES);
  builder.u64(machine.bootTimeNs);
  builder.u64(machine.flags);
  builder.u64(0n);
  builder.u64(0n);
}

export function writeInterface(builder: BlockBuilder, item: ScapInterface): void {
  const start = builder.beginEntry();
  const addressBytes = item.address.length === 16 ? 16 : 4;
  builder.u16(addressBytes === 16 ? INTERFACE_TYPES.ipv6 : INTERFACE_TYPES.ipv4);
  const name = encodeUtf8(item.name).subarray(0, path - 1);
  builder.u16(name.length);
  builder.fixedBytes(item.address, addressBytes);
  builder.fixedBytes(item.netmask, addressBytes);
  builder.fixedBytes(item.broadcast, addressBytes);
  builder.u64(item.linkSpeed);
  builder.bytes(name);
  builder.endEntry(start, 4);
}

export function writeAccount(builder: BlockBuilder, item: ScapUser | ScapGroup): void {
  const start = builder.beginEntry();
  if (item.kind === "user") {
    builder.u8(USER);
    builder.u32(item.uid);
    builder.u32(item.gid);
    builder.text(item.name, account);
    builder.text(item.home, account);
    builder.text(item.shell, account);
  } else {
    builder.u8(GROUP);
    builder.u32(item.gid);
    builder.text(item.name, account);
  }
  builder.endEntry(start);
}

export function writeStart(builder: BlockBuilder, { threadId, timeNs }: ScapStart): void {
  builder.i64(threadId);
  builder.u64(timeNs);
}

export function writeProcess(builder: BlockBuilder, item: ScapProcess): void {
  const start = builder.beginEntry();
  builder.i64(item.threadId);
  builder.i64(item.processId);
  builder.i64(item.parentId);
  builder.i64(item.sessionId);
  builder.i64(item.virtualProcessGroupId);
  builder.text(item.comm, path);
  builder.text(item.exe, path);
  builder.text(item.exePath, path);
  builder.texts(item.args, strings);
  builder.text(item.cwd, path);
  builder.u64(item.fdLimit);
  builder.u32(item.flags);
  builder.u32(item.uid);
  builder.u32(item.gid);
  builder.u32(item.vmSizeKb);
  builder.u32(item.vmResidentKb);
  builder.u32(item.vmSwapKb);
  builder.u64(item.majorFaults);
  builder.u64(item.minorFaults);
  builder.texts(item.env, strings);
  builder.i64(item.virtualThreadId);
  builder.i64(item.virtualProcessId);
  builder.texts(item.cgroups, strings);
  builder.text(item.root, path);
  builder.u64(item.pidNamespaceStartNs);
  builder.u32(item.tty);
  builder.u32(item.loginUid);
  builder.flag(item.exeWritable);
  builder.u64(item.capInheritable);
  builder.u64(item.capPermitted);
  builder.u64(item.capEffective);
  builder.flag(item.exeOnOverlayUpper);
  builder.u64(item.exeInode);
  builder.u64(item.exeCtimeNs);
  builder.u64(item.exeMtimeNs);
  builder.flag(item.exeFromMemfd);
  builder.flag(item.exeOnOverlayLower);
  builder.i64(item.processGroupId);
  builder.endEntry(start);
}

export function writeDescriptor(builder: BlockBuilder, item: ScapDescriptor): void {
  const start = builder.beginEntry();
  builder.i64(item.number);
  builder.u64(item.inode);
  builder.u8(DESCRIPTOR_TYPES[item.type]);
  switch (item.type) {
    case "ipv4":
    case "ipv6": {
      const addressBytes = item.type === "ipv4" ? 4 : 16;
      builder.fixedBytes(item.source, addressBytes);
      builder.fixedBytes(item.destination, addressBytes);
      builder.u16(item.sourcePort);
      builder.u16(item.destinationPort);
      builder.u8(item.protocol);
      break;
    }
    case "ipv4Server":
    case "ipv6Server":
      builder.fixedBytes(item.address, item.type === "ipv4Server" ? 4 : 16);
      builder.u16(item.port);
      builder.u8(item.protocol);
      break;
    case "unix":
      builder.u64(item.source);
      builder.u64(item.destination);
      builder.text(item.path, descriptorName);
      break;
    case "file":
      builder.u32(item.openFlags);
      builder.text(item.path, descriptorName);
      builder.u32(item.device);
      break;
    default:
      builder.text(item.name, descriptorName);
  }
  builder.endEntry(start);
}
