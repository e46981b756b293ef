/** docs/fields.md and docs/events.md: what falcod prints, below what has to be known to read it. */
import type { FieldType } from "../../core/field/mod.ts";

/** Each type with how its values are written in conditions and what outputs show. */
const TYPES: Readonly<Record<FieldType, string>> = {
  CHARBUF: "text: `proc.name = cat`, `proc.cmdline contains passwd`",
  FSPATH: "text, the path of a file",
  BYTEBUF: "bytes, for example data that was read: `evt.buffer bcontains 7f45`",
  BOOL: "`true` or `false`",
  INT8: "whole number with a sign, 8 bits",
  INT16: "whole number with a sign, 16 bits",
  INT32: "whole number with a sign, 32 bits",
  INT64: "whole number with a sign, 64 bits",
  UINT8: "whole number, 8 bits",
  UINT16: "whole number, 16 bits",
  UINT32: "whole number, 32 bits",
  UINT64: "whole number, 64 bits",
  DOUBLE: "number with decimals",
  RELTIME: "length of time in nanoseconds: `proc.duration > 1000000000` is more than a second",
  ABSTIME: "point in time, in nanoseconds since 1970-01-01 UTC",
  IPADDR: "address: `fd.sip = 10.0.0.1`, `fd.sip = ::1`",
  IPNET: "address that is compared with networks: `fd.snet in (10.0.0.0/8)`",
  PORT: "port: a number, or the name of a service: `fd.sport = 443`",
  ERRNO: "result of a call: a number, below 0 where the call failed",
  FD: "number of a descriptor",
  PID: "number of a process",
  UID: "number of a user",
  GID: "number of a group",
  L4PROTO: "protocol: `tcp`, `udp`, `icmp`",
  SIGTYPE: "signal, by its number",
  MODE: "permissions of a file",
  FLAGS32: "flags, several in one number",
  SOCKFAMILY: "family of a socket",
  DYN: "the type of the parameter in the argument",
};

const FIELDS = `# Fields

As \`falcod list fields\` has them. What conditions and outputs do with them: [rules.md](rules.md).

- An argument stands behind the field's name in brackets: \`proc.aname[2]\`, \`evt.arg[flags]\`. An
  "index" is a number, a "key" a word. Where the argument is optional, the field without it stands for
  all its values.
- "list of" a type: the field has several values at once; \`intersects\` asks for any of them, \`in\` for
  all.
- "without a value": the field can be written and is never there, for the reason behind it. "Deprecated":
  rules should no longer have it.
`;

const EVENTS = `# Events

Types of events (\`evt.type\`), as \`falcod list events\` has them.

- A parameter is a field: \`evt.arg.flags\` is the one called \`flags\`, \`evt.arg[0]\` the first.
- \`ID nativeID\`: calls of which only the number is recorded. \`ID\` is the call's number in Falco's own
  numbering, which is the same on every processor, and prints as the call's name; \`nativeID\` is the
  number that the kernel of this machine gives the call.
- "as" another: a newer call that Falco has no event for and that does what an older one does. Rules
  about the older one see it, under its name; those that name the newer mean that call alone.
- The class says where an event comes from: \`syscall\` is a call of a program; \`meta\` is made beside
  calls, for example about containers; \`iter\` tells what was there when falcod started.

`;

/** `table` is what falcod prints. */
export function fieldsPage(table: string): string {
  const used = (Object.keys(TYPES) as FieldType[]).filter((type) =>
    new RegExp(`^\\|[^|]*\\| (?:list of )?${type} \\|`, "m").test(table)
  );
  const types = used.map((type) => `| ${type} | ${TYPES[type]} |\n`).join("");
  return `${FIELDS}\n| type | what it is |\n| --- | --- |\n${types}\n${table}`;
}

export function eventsPage(table: string): string {
  return `${EVENTS}${table}`;
}
