/**
 * Upstream's rule files, current and old, held against the lints of `falcod validate`: everything they
 * say is listed here and was judged by a person. What cries at sound rules has no place.
 */
import { decodeText, Report } from "../../core/base/mod.ts";
import {
  defineField,
  type FieldDefinition,
  type FieldTable,
  type FieldType,
  syscallFields,
} from "../../core/field/mod.ts";
import { lintShadows, loadRules, readRuleFile } from "../../core/rule/mod.ts";
import { assertEquals } from "../assert.ts";
import { corpusFiles, corpusPath, corpusTest, isStandardCorpus, readCorpus } from "../corpus.ts";

const REPLACED = "the macro is there to be replaced, and shuts the rule until then";
const ENTER = "enter events are not delivered any more: the rule never alerts";
const UNBRACKETED = 'corrected upstream later: the conditions behind "and" were meant for both';

const NO_PARAMETER = "no such parameter, in Falco neither: the output was copied from another rule";
const NO_DESCRIPTOR = "the start of a program is about no descriptor";

/** Fields of outputs that none of the rule's events has. */
const NEVER_FILLED: readonly (readonly [field: string, events: string, why: string])[] = [
  ["evt.arg.filename", "creat, open, openat and others", NO_PARAMETER],
  ["evt.arg.flags", "chmod, fchmod, fchmodat", NO_PARAMETER],
  ["evt.arg.flags", "connect", NO_PARAMETER],
  ["evt.arg.flags", "connect, sendmsg, sendto", NO_PARAMETER],
  ["evt.arg.flags", "mkdir, mkdirat", NO_PARAMETER],
  ["evt.arg.flags", "recvfrom", NO_PARAMETER],
  ["evt.arg.flags", "setns", NO_PARAMETER],
  ["evt.arg.flags", "symlink, symlinkat", NO_PARAMETER],
  ["evt.arg.linkpath", "link, linkat", NO_PARAMETER],
  ["evt.arg.name", "chmod, fchmod, fchmodat", NO_PARAMETER],
  ["evt.arg.oldpath", "execve, execveat, open and others", NO_PARAMETER],
  ["evt.arg.oldpath", "execve, open, openat", NO_PARAMETER],
  ["evt.arg.path", "execve, execveat, open and others", NO_PARAMETER],
  ["evt.arg.path", "execve, open, openat", NO_PARAMETER],
  ["evt.arg.target", "link, linkat", NO_PARAMETER],
  ["fd.name", "execve", NO_DESCRIPTOR],
  ["fd.name", "execve, execveat", NO_DESCRIPTOR],
];

const CUT = "names of programs are cut after 15 bytes";
const NO_LIST = "the list has another name, and nothing is in it";
const NO_FILE = "the list stands in a file that is not read with it, or in none";
const LISTS_ELSEWHERE = [
  "admin_k8s_users",
  "falco_hostnetwork_images",
  "falco_privileged_images",
  "falco_sensitive_mount_images",
];

/** Findings, each once, and why they are right. */
const JUDGED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    NEVER_FILLED.map(([field, events, why]) => [
      `warning A009 "${field}" is always <NA> here: events of ${events} have no such value`,
      why,
    ]),
  ),
  ...Object.fromEntries(
    LISTS_ELSEWHERE.map((list) => [
      `warning F036 "${list}" is the name of no list and is compared as text`,
      NO_FILE,
    ]),
  ),
  'info F037 proc.aname has 15 bytes at most, the kernel cuts the rest: nothing matches "30store-metadata"':
    CUT,
  'info F037 proc.name has 15 bytes at most, the kernel cuts the rest: nothing matches "probe_rpmverifyfile"':
    CUT,
  'info F037 proc.name has 15 bytes at most, the kernel cuts the rest: nothing matches "probe_rpmverifypackage"':
    CUT,
  'warning F036 "authorized_server_binary" is the name of no list and is compared as text': NO_LIST,
  'warning F036 "remote_File_copy_binaries" is the name of no list and is compared as text':
    NO_LIST,
  'warning F037 proc.name has 15 bytes at most, the kernel cuts the rest: nothing matches "authorized_server_binary"':
    NO_LIST,
  'warning F037 proc.name has 15 bytes at most, the kernel cuts the rest: nothing matches "remote_File_copy_binaries"':
    NO_LIST,
  'warning F037 proc.pname has 15 bytes at most, the kernel cuts the rest: nothing matches "bash /var/lib/waagent/"':
    "that is a command line, not a name",
  'info F040 the condition can never hold: not "container.id != host" contradicts "container.id != host"':
    REPLACED,
  'info F040 the condition can never hold: not "container.id exists" contradicts "container.id != host"':
    REPLACED,
  'info F040 the condition can never hold: not "fd.sport=22" contradicts "fd.sport=22"': REPLACED,
  'info F040 the condition can never hold: not "proc.vpid=1" contradicts "proc.vpid=1"': REPLACED,
  'info F043 this exclusion never applies: "proc.name in (shell_binaries)" contradicts "proc.name in (suspicious_web_children)"':
    "no shell is among the children looked for",
  'warning F042 the condition can never hold: "evt.dir=>" does not hold for events of type bpf':
    ENTER,
  'warning F042 the condition can never hold: "evt.dir=>" does not hold for events of type dup':
    ENTER,
  'warning F042 the condition can never hold: "evt.dir=>" does not hold for events of type ptrace':
    ENTER,
  'warning F042 the condition can never hold: "evt.dir=>" does not hold for events of type setuid':
    ENTER,
  'warning F042 the condition can never hold: "evt.dir=>" does not hold for events of type socket':
    ENTER,
  "warning F042 this alternative can never hold: evt.arg[flags] has no value in events of type creat":
    "creat has no parameter flags, in Falco neither",
  [`warning F044 "and" binds closer than "or": this asks for "((evt.type = connect and evt.dir=<))" or both "(fd.typechar = 4 or fd.typechar = 6)" and '(fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8")'`]:
    UNBRACKETED,
  [`warning F044 "and" binds closer than "or": this asks for "((evt.type in (accept,listen) and evt.dir=<))" or both "(fd.typechar = 4 or fd.typechar = 6)" and '(fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8")'`]:
    UNBRACKETED,
  [`warning F044 "and" binds closer than "or": this asks for "((evt.type in (accept,listen,connect) and evt.dir=<))" or both "(fd.typechar = 4 or fd.typechar = 6)" and '(fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8")'`]:
    UNBRACKETED,
  'warning F044 "and" binds closer than "or": this asks for "proc.aname = etckeeper" or both "(proc.aname in (50vcs-commit, 30store-metadata, 50uncommitte…" and "(fd.name startswith /etc/.git/ or fd.name = /etc/.etckeeper)"':
    "as it stands, all that a child of etckeeper does passes",
  'warning R047 rule "Console Root Login Without MFA" never alerts: whenever it matches, "Console Login Without MFA" does so before':
    "the same condition and one check more",
  'warning R047 rule "Full K8s Administrative Access" never alerts: whenever it matches, "Disallowed K8s User" does so before':
    "none of the administrators is among the users allowed",
  'warning R047 rule "Run Instances in Non-approved Region" never alerts: whenever it matches, "Run Instances" does so before':
    "the same condition and one check more",
};

corpusTest("the lints say of upstream's rules what was judged right", ["fields.json"], () => {
  const found = new Set(ruleFiles().flatMap((file) => lint([file])));
  const stable = ["falco_rules", "falco-incubating_rules", "falco-sandbox_rules"];
  for (const finding of lint(stable.map((name) => `rules/current/${name}.yaml`))) {
    found.add(finding);
  }
  // Of other files it is only known that nothing throws.
  if (isStandardCorpus) assertEquals([...found].sort(), Object.keys(JUDGED).sort());
});

function ruleFiles(): string[] {
  const folders = ["rules/current", "rules/plugins", ...corpusFiles("rules/historic")];
  return folders.flatMap((folder) => corpusFiles(folder)).filter((file) => file.endsWith(".yaml"));
}

function lint(files: readonly string[]): string[] {
  const tables = sources();
  const report = new Report(10_000);
  const read = files.map((file) => {
    const source = decodeText(file, Deno.readFileSync(corpusPath(file)!), report);
    return readRuleFile(source!, report);
  });
  const ruleset = loadRules(read, {
    fieldsOf: (source) => tables.get(source),
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
    lintsMeaning: "hints",
  }, report);
  // Rules that are off by default are read, too.
  const rules = ruleset?.rules.map((rule) => ({ ...rule, enabled: true })) ?? [];
  if (ruleset) lintShadows({ ...ruleset, rules }, report);
  return report.diagnostics.filter(({ code }) =>
    /^F03[6-9]$|^F04\d$|^R047$|^A009$|^A010$/.test(code)
  )
    .map(({ code, severity, title }) => `${severity} ${code} ${title}`);
}

interface FieldFacts {
  readonly classes: readonly {
    readonly source: string;
    readonly fields: readonly {
      readonly name: string;
      readonly type: string;
      readonly is_list?: boolean;
      readonly arg?: string;
      readonly arg_index?: boolean;
    }[];
  }[];
}

/** Event sources of upstream's plugins, and the plugins whose fields their rules use. */
const PLUGINS: Readonly<Record<string, readonly string[]>> = {
  k8s_audit: ["k8saudit", "json"],
  aws_cloudtrail: ["cloudtrail", "json"],
  gcp_auditlog: ["gcpaudit", "json"],
  github: ["github", "json"],
  okta: ["okta", "json"],
  dummy: ["dummy"],
  dummy_c: ["dummy"],
  dummy_rs: ["dummy"],
};

let known: ReadonlyMap<string, FieldTable> | undefined;

function sources(): ReadonlyMap<string, FieldTable> {
  if (known) return known;
  const { classes } = JSON.parse(readCorpus("fields.json")) as FieldFacts;
  const tables = new Map<string, FieldTable>([["syscall", syscallFields]]);
  const common = [...syscallFields].filter(([name]) => name.startsWith("evt."));
  for (const [source, plugins] of Object.entries(PLUGINS)) {
    const fields = classes.filter((one) => plugins.includes(one.source.replace("plugin:", "")))
      .flatMap((one) => one.fields.map(fieldOf));
    tables.set(
      source,
      new Map([...common, ...fields.map((field) => [field.name, field] as const)]),
    );
  }
  return known = tables;
}

const TYPES: Readonly<Record<string, FieldType>> = { string: "CHARBUF", ipaddr: "IPADDR" };

function fieldOf(
  { name, type, is_list, arg = "none", arg_index }: FieldFacts["classes"][number]["fields"][number],
): FieldDefinition {
  return defineField({
    name,
    type: TYPES[type] ?? type.toUpperCase() as FieldType,
    summary: "As upstream's table has it",
    ...is_list && { list: true },
    ...arg !== "none" && {
      argument: { required: arg === "required", kind: arg_index ? "index" : "key", dotted: false },
    },
    extract: () => undefined,
  });
}
