/** What people call fields elsewhere: in other tools, in ECS, or by what they seem to be called. */
import type { FieldTable } from "../field/mod.ts";

/** By such a name, the field that has what is meant. */
export const FOREIGN_FIELDS: Readonly<Record<string, string>> = {
  "container.image.name": "container.image.repository",
  "container.image.repo": "container.image.repository",
  "container.repository": "container.image.repository",
  "container.tag": "container.image.tag",
  "container.runtime": "container.type",
  "container.engine": "container.type",
  "container.is_privileged": "container.privileged",
  "container.namespace": "k8s.ns.name",
  "k8s.namespace": "k8s.ns.name",
  "k8s.namespace.name": "k8s.ns.name",
  "k8s.ns": "k8s.ns.name",
  "k8s.pod": "k8s.pod.name",
  "kubernetes.namespace": "k8s.ns.name",
  "kubernetes.namespace_name": "k8s.ns.name",
  "kubernetes.pod.name": "k8s.pod.name",
  "pod.name": "k8s.pod.name",
  "proc.cmd": "proc.cmdline",
  "proc.command": "proc.cmdline",
  "proc.command_line": "proc.cmdline",
  "proc.commandline": "proc.cmdline",
  "process.command_line": "proc.cmdline",
  "process.args": "proc.args",
  "process.name": "proc.name",
  "proc.comm": "proc.name",
  "process.comm": "proc.name",
  "proc.path": "proc.exepath",
  "proc.exe.path": "proc.exepath",
  "proc.executable": "proc.exepath",
  "process.executable": "proc.exepath",
  "process.path": "proc.exepath",
  "process.pid": "proc.pid",
  "process.working_directory": "proc.cwd",
  "proc.parent": "proc.pname",
  "proc.parent.name": "proc.pname",
  "process.parent.name": "proc.pname",
  "parent.name": "proc.pname",
  "proc.parent.cmdline": "proc.pcmdline",
  "process.parent.command_line": "proc.pcmdline",
  "proc.parent.pid": "proc.ppid",
  "proc.uid": "user.uid",
  "proc.user": "user.name",
  "proc.username": "user.name",
  "process.user.name": "user.name",
  "user.id": "user.uid",
  "proc.gid": "group.gid",
  "group.id": "group.gid",
  "user.gid": "group.gid",
  "proc.loginuid": "user.loginuid",
  "user.auid": "user.loginuid",
  "evt.name": "evt.type",
  "event.type": "evt.type",
  "event.action": "evt.type",
  "syscall.name": "evt.type",
  "evt.result": "evt.res",
  "evt.retval": "evt.rawres",
  "evt.return": "evt.rawres",
  "file.path": "fd.name",
  "file.name": "fd.name",
  "file.directory": "fd.directory",
  "fd.path": "fd.name",
  "fd.file": "fd.name",
  "fd.dir": "fd.directory",
  "fd.protocol": "fd.l4proto",
  "network.transport": "fd.l4proto",
  "fd.dport": "fd.sport",
  "fd.dstport": "fd.sport",
  "destination.port": "fd.sport",
  "fd.dip": "fd.sip",
  "fd.dstip": "fd.sip",
  "destination.ip": "fd.sip",
  "fd.srcport": "fd.cport",
  "source.port": "fd.cport",
  "fd.srcip": "fd.cip",
  "source.ip": "fd.cip",
};

/** Which field of `fields` has what `name` asks for; absent where that is not known for certain. */
export function helpForForeignField(name: string, fields: FieldTable): string | undefined {
  const wanted = name.toLowerCase();
  const field = Object.hasOwn(FOREIGN_FIELDS, wanted) ? FOREIGN_FIELDS[wanted] : undefined;
  if (field === undefined || !fields.has(field)) return undefined;
  const end = /^fd\.([sc])(?:ip|port)$/.exec(field)?.[1];
  if (end === undefined) return `write ${field}`;
  return `write ${field}: the ${end === "s" ? "server" : "client"}'s end of a connection, and ${
    field.replace(/^fd\../, end === "s" ? "fd.c" : "fd.s")
  } is the ${end === "s" ? "client" : "server"}'s`;
}

/** Fields of numbers and addresses, and those that have the name of the same thing. */
const NAMED: Readonly<Record<string, string>> = {
  "user.uid": "user.name",
  "user.loginuid": "user.loginname",
  "group.gid": "group.name",
  "evt.rawres": "evt.res",
};

const HOST_NAME = /^(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i;

/** What to write where a field of numbers or addresses is compared with a name. */
export function helpForNamedValue(
  field: string,
  text: string,
  fields: FieldTable,
): string | undefined {
  const other = Object.hasOwn(NAMED, field) && /^[a-z_]/i.test(text)
    ? NAMED[field]!
    : /^fd\.[a-z]*ip$/.test(field) && HOST_NAME.test(text)
    ? `${field}.name`
    : undefined;
  return other !== undefined && fields.has(other)
    ? `for a name, write ${other} = ${text}`
    : undefined;
}
