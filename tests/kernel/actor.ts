/**
 * An actor on the stage: a perl of the test's own name that makes system calls one by one, says what
 * is true, and what falcod reported of the call is held against it.
 */
import { syscallByNumber } from "../../core/mod.ts";
import { assert } from "../assert.ts";
import { buildProgram } from "./build_program.ts";
import { type Falcod, kernelTest, type SeenAlert, type Stage, withFalcod } from "./harness.ts";
import { replayDifferences } from "./live_replay.ts";
import { Recording } from "./recording.ts";

/** One system call and what a rule's output must show of it. */
export interface EventCase {
  /** A sentence: what is seen. */
  readonly name: string;
  /** `evt.type`. */
  readonly type: string;
  /** Run by the actor in a folder of its own, see `PRELUDE`; `./calls` is the program of calls.c. */
  readonly perl: string;
  /** Which of several events of that type; the last one that has these values. */
  readonly pick?: Expected;
  readonly expect: Expected;
}

/**
 * Values by field. `{word}` in a text stands for what the actor said with `fact`, and makes it be
 * compared as text; a pattern must match the value's text.
 */
export type Expected = Readonly<Record<string, string | number | boolean | null | RegExp>>;

const ACTOR = "actor";
const RULE = "Event of the actor";
const RULES = "rules.yaml";
const SYSCALLS = 512;

/** Fields that every event is asked for, unless there are others. */
const FIELDS = [
  "evt.type",
  "evt.dir",
  "evt.category",
  "evt.args",
  "evt.res",
  "evt.rawres",
  "evt.failed",
  "evt.is_compat",
  "evt.is_open_read",
  "evt.is_open_write",
  "evt.is_open_create",
  "evt.is_open_exec",
  "evt.abspath",
  "evt.buffer",
  "evt.arg.flags",
  "evt.arg.fd",
  "evt.arg.uid",
  "evt.arg.mode",
  "evt.rawarg.flags",
  "evt.rawarg.name",
  "syscall.type",
  "fd.num",
  "fd.type",
  "fd.typechar",
  "fd.name",
  "fd.nameraw",
  "fd.realpath",
  "fd.directory",
  "fd.filename",
  "fd.ino",
  "fd.dev",
  "fd.cip",
  "fd.sip",
  "fd.lip",
  "fd.rip",
  "fd.cport",
  "fd.sport",
  "fd.lport",
  "fd.rport",
  "fd.l4proto",
  "fd.sockfamily",
  "fd.is_server",
  "fd.connected",
  "fd.name_changed",
  "fdlist.nums",
  "fdlist.names",
  "fdlist.sips",
  "fdlist.sports",
  "fs.path.name",
  "fs.path.nameraw",
  "fs.path.source",
  "fs.path.sourceraw",
  "fs.path.target",
  "fs.path.targetraw",
  "proc.name",
  "proc.exe",
  "proc.args",
  "proc.cmdline",
  "proc.exepath",
  "proc.cwd",
  "proc.pid",
  "proc.vpid",
  "proc.ppid",
  "proc.pname",
  "proc.aname[2]",
  "proc.sid",
  "proc.sname",
  "proc.pgid",
  "proc.vpgid",
  "proc.pgid.name",
  "proc.tty",
  "proc.nthreads",
  "proc.is_exe_writable",
  "proc.is_exe_upper_layer",
  "proc.is_exe_lower_layer",
  "proc.is_exe_from_memfd",
  "proc.exe_ino",
  "thread.tid",
  "thread.vtid",
  "thread.ismain",
  "thread.cap_effective",
  "user.name",
  "user.uid",
  "user.loginuid",
  "group.gid",
  "group.name",
  "container.id",
];

/**
 * `fact(name => value)` says what is true, and `unsupported` that this kernel cannot do it; `call(number, …)` is a system call by hand; `file(path)`
 * says a file's `ino` and, as evt.args prints it, `dev`.
 */
const PRELUDE = [
  "use Fcntl; use POSIX (); use Socket qw(:all); $| = 1;",
  'sub fact { my %f = @_; print "$_=$f{$_}\\n" for keys %f }',
  "sub call { my ($n, @a) = @_; syscall($n, @a) }",
  "sub file { my ($d, $i) = lstat shift; fact(ino => $i, dev => sprintf '%X', $d) }",
  ...syscallConstants(),
  "#line 1",
].join("\n");

function syscallConstants(): string[] {
  const lines: string[] = [];
  for (let number = 0; number < SYSCALLS; number++) {
    const call = syscallByNumber(number);
    if (call && /^\w+$/.test(call.name)) lines.push(`sub SYS_${call.name}() { ${number} }`);
  }
  return lines;
}

/** What one run of the actor did: what it said, and the events of its own that falcod reported. */
export interface Performance {
  readonly facts: ReadonlyMap<string, string>;
  readonly events: readonly SeenAlert[];
}

/** The stage with an actor on it: rules see only what has the actor's name, or descends from it. */
export class Theatre {
  readonly folder: string;
  readonly #falcod: Falcod;
  readonly #stage: Stage;

  constructor(folder: string, falcod: Falcod, stage: Stage) {
    this.folder = folder;
    this.#falcod = falcod;
    this.#stage = stage;
  }

  get falcod(): Falcod {
    return this.#falcod;
  }

  /** Records what the actor does from now on. */
  record(): Promise<Recording> {
    return Recording.of(this.#stage, `${this.folder}/own.scap`);
  }

  /** The rules by which events are reported. */
  get rules(): string {
    return `${this.folder}/${RULES}`;
  }

  /** Lets the actor run a perl script; `through` runs it in turn, e.g. `unshare -m`. */
  perform(perl: string, through = ""): Promise<Performance> {
    Deno.writeTextFileSync(`${this.folder}/case.pl`, `${PRELUDE}\n${perl}\n`);
    return this.run(`${through} ./${ACTOR} case.pl`);
  }

  /** Runs a shell script in the folder. */
  async run(script: string): Promise<Performance> {
    const before = this.#falcod.alerts.length;
    const said = await this.#stage.run(`cd ${this.folder}; exec 2>errors; ${script}`);
    await this.#falcod.settle();
    return { facts: this.#facts(said), events: this.#falcod.alerts.slice(before) };
  }

  /** What the early actor has said so far. */
  get earlyFacts(): ReadonlyMap<string, string> {
    return this.#facts(this.read("early"));
  }

  #facts(said: string): ReadonlyMap<string, string> {
    const facts = new Map<string, string>([["D", this.folder]]);
    for (const line of said.split("\n")) {
      const equals = line.indexOf("=");
      if (equals > 0) facts.set(line.slice(0, equals), line.slice(equals + 1));
    }
    return facts;
  }

  /** What the last run said on standard error. */
  get errors(): string {
    return this.read("errors");
  }

  /** A file in the folder. */
  read(name: string): string {
    return Deno.readTextFileSync(`${this.folder}/${name}`);
  }
}

/** Which events are reported: `condition` is held against each, in addition to the actor's ancestry. */
export interface TheatreOptions {
  readonly condition: string;
  /** Fields besides the usual ones. */
  readonly fields?: readonly string[];
  /** In place of the usual ones. */
  readonly allFields?: readonly string[];
  /** More of falcod's arguments. */
  readonly args?: readonly string[];
  /** Perl of an actor that is there before falcod: it has prepared when it says its first facts. */
  readonly early?: string;
}

export async function withActor(
  { condition, fields = [], allFields = [...FIELDS, ...fields], args = [], early }: TheatreOptions,
  body: (theatre: Theatre) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "falcod-events-" });
  try {
    Deno.chmodSync(folder, 0o755);
    Deno.copyFileSync("/usr/bin/perl", `${folder}/${ACTOR}`);
    Deno.chmodSync(`${folder}/${ACTOR}`, 0o755);
    Deno.copyFileSync(await buildProgram("calls"), `${folder}/calls`);
    const rules = `${folder}/${RULES}`;
    Deno.writeTextFileSync(rules, ruleText(condition, allFields));
    const stageThrough = early === undefined ? [] : afterEarly(folder, early);
    await withFalcod({ rules: [rules], args, stageThrough }, async (falcod, stage) => {
      await body(new Theatre(folder, falcod, stage));
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Starts an actor as a child of what the stage will be. */
function afterEarly(folder: string, perl: string): readonly string[] {
  Deno.writeTextFileSync(`${folder}/early.pl`, `${PRELUDE}\n${perl}\n`);
  const script = `cd ${folder}; ./${ACTOR} early.pl >early 2>early-errors &
    until [ -s ${folder}/early ]; do sleep 0.02; done; exec "$@"`;
  return ["/bin/sh", "-c", script, "sh"];
}

function ruleText(condition: string, fields: readonly string[]): string {
  return [
    `- rule: ${RULE}`,
    "  desc: Tells all about an event",
    `  condition: ${condition}`,
    `  output: seen ${fields.map((field) => `%${field}`).join(" ")}`,
    "  priority: DEBUG",
    "",
  ].join("\n");
}

/**
 * One test that plays all the cases, one after the other, and tells all that differ; also from what a
 * recording of them tells.
 */
export function eventTests(name: string, cases: readonly EventCase[]): void {
  kernelTest(name, async () => {
    const types = [...new Set(cases.map(({ type }) => type))].join(", ");
    const condition = `evt.type in (${types}) and (proc.exepath endswith /${ACTOR} or ` +
      `proc.aexepath endswith /${ACTOR})`;
    await withActor({ condition }, async (theatre) => {
      await using recording = await theatre.record();
      const wrong: string[] = [];
      for (const one of cases) wrong.push(...await play(one, theatre));
      await recording.stop();
      const replayed = await recording.replay([theatre.rules]);
      wrong.push(...replayDifferences(theatre.falcod.alerts, replayed));
      assert(wrong.length === 0, wrong.join("\n"));
    });
  });
}

async function play({ name, type, perl, pick, expect }: EventCase, theatre: Theatre) {
  const { facts, events } = await theatre.perform(perl);
  const unsupported = facts.get("unsupported");
  if (unsupported !== undefined) {
    console.log(`not supported here, left out: ${name}: ${unsupported}`);
    return [];
  }
  const event = find(events, { "evt.type": type, ...pick }, facts);
  if (event === undefined) {
    const seen = events.map(({ output_fields: fields }) =>
      `${fields["evt.type"]} ${fields["evt.args"]}`
    );
    return [`${name}: no such event, but ${seen.join("\n  ")}\n${theatre.errors}`];
  }
  return differences(event, expect, facts).map((difference) => `${name}: ${difference}`);
}

/** The last event that has these values. */
export function find(
  events: readonly SeenAlert[],
  wanted: Expected,
  facts: ReadonlyMap<string, string> = new Map(),
): SeenAlert | undefined {
  return events.findLast((event) => differences(event, wanted, facts).length === 0);
}

/** What an event does not have as expected, one sentence each. */
export function differences(
  event: SeenAlert,
  expected: Expected,
  facts: ReadonlyMap<string, string> = new Map(),
): string[] {
  return Object.entries(expected).flatMap(([field, wanted]) => {
    const value = event.output_fields[field];
    const word = typeof wanted === "string" ? filled(wanted, facts) : wanted;
    const same = word instanceof RegExp
      ? word.test(String(value))
      : word === wanted
      ? value === wanted
      : String(value) === word;
    return same ? [] : [`${field} is ${JSON.stringify(value)}, not ${show(word)}`];
  });
}

function filled(text: string, facts: ReadonlyMap<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => facts.get(name) ?? `{${name}: not said}`);
}

function show(value: Expected[string]): string {
  return value instanceof RegExp ? String(value) : JSON.stringify(value);
}
