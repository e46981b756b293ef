/** What conditions are written with besides fields: a line and an example for each. */
import type { TransformerName } from "../../field/mod.ts";
import type { ComparisonName, Quantifier } from "../../filter/mod.ts";

export interface Word {
  readonly does: string;
  /** A condition for events of system calls. */
  readonly example: string;
}

type OperatorName = ComparisonName | Quantifier | "exists" | "and" | "or" | "not";

/** The types see to it that none is missing. */
export const OPERATOR_WORDS: Readonly<Record<OperatorName, Word>> = {
  "=": {
    does: "is equal; of an address and a network: lies in it",
    example: "proc.name = cat",
  },
  "==": { does: "the same as =", example: "proc.name == cat" },
  "!=": { does: "is not equal", example: "fd.sport != 22" },
  "<": { does: "is less; of texts: comes before", example: "evt.rawres < 0" },
  "<=": { does: "is less or equal", example: "fd.num <= 2" },
  ">": { does: "is greater; of texts: comes behind", example: "fd.sport > 1023" },
  ">=": { does: "is greater or equal", example: "user.uid >= 1000" },
  contains: {
    does: "has this text in it",
    example: "proc.cmdline contains /tmp/",
  },
  icontains: {
    does: "has this text in it, whether its letters are large or small",
    example: "proc.cmdline icontains password",
  },
  bcontains: {
    does: "has these bytes in it, written as hexadecimal digits",
    example: "evt.buffer bcontains cafebabe",
  },
  startswith: { does: "begins with this text", example: "fd.name startswith /etc/" },
  bstartswith: {
    does: "begins with these bytes, written as hexadecimal digits",
    example: "evt.buffer bstartswith 7f454c46",
  },
  endswith: { does: "ends with this text", example: "fd.name endswith .pem" },
  glob: {
    does: "matches as a whole: * is any text, ? one character, [ab] one of these",
    example: "fd.name glob '/home/*/.ssh/*'",
  },
  iglob: {
    does: "as glob, whether letters are large or small",
    example: "proc.name iglob 'nc*'",
  },
  regex: {
    does: "matches as a whole: a regular expression of RE2",
    example: "proc.name regex 'python[0-9.]*'",
  },
  in: {
    does: "is one of these; of a field that is a list: all of its values are",
    example: "proc.name in (cat, less, more)",
  },
  intersects: {
    does: "of a field that is a list: at least one of its values is one of these",
    example: "proc.aname intersects (sshd, login)",
  },
  pmatch: {
    does: "is one of these paths, or lies below one",
    example: "fd.name pmatch (/etc, /usr/lib)",
  },
  anyof: {
    does: "behind an operator: holds for at least one of these",
    example: "proc.cmdline contains anyof (/tmp/, /dev/shm/)",
  },
  allof: {
    does: "behind an operator: holds for all of these",
    example: "proc.cmdline contains allof (curl, bash)",
  },
  oneof: {
    does: "behind an operator: holds for exactly one of these",
    example: "fd.name startswith oneof (/etc, /etc/ssh)",
  },
  exists: { does: "the event has a value for the field", example: "container.name exists" },
  and: {
    does: "both hold; binds closer than or",
    example: "evt.type = execve and proc.name = cat",
  },
  or: { does: "at least one holds", example: "proc.name = cat or proc.name = less" },
  not: {
    does: "does not hold; binds closest",
    example: "evt.type = execve and not proc.name = cat",
  },
};

export const TRANSFORMER_WORDS: Readonly<Record<TransformerName, Word>> = {
  tolower: { does: "with small letters (ASCII)", example: "tolower(proc.name) = cat" },
  toupper: { does: "with large letters (ASCII)", example: "toupper(proc.name) = CAT" },
  b64: { does: "decoded from Base64", example: "b64(evt.buffer) contains password" },
  basename: {
    does: "what stands behind the last slash",
    example: "basename(proc.exepath) = bash",
  },
  len: {
    does: "how long it is: bytes of a text, values of a list",
    example: "len(proc.cmdline) > 1000",
  },
  join: {
    does: "the values of a list as one text, with this between them",
    example: `join(":", (proc.pname, proc.name)) = "sshd:sh"`,
  },
  concat: {
    does: "texts, one behind the other",
    example: `concat(proc.name, ":", user.name) = "sh:root"`,
  },
  getopt: {
    does: "options in a list of arguments, as getopt(3) reads them; [t] is the value of -t",
    example: `getopt((proc.args[0], proc.args[1]), "nt:")[t] = tcp`,
  },
  val: {
    does: "on the right side: the value of this field, not its name",
    example: "proc.name = val(proc.pname)",
  },
};
