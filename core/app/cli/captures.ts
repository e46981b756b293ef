/** What happened once: `replay`, `record`. */
import { type Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import { whyNotRotated } from "../recording/rotated_names.ts";
import type { Rotation } from "../recording/series.ts";
import {
  keyOptions,
  oneOf,
  parseCount,
  parseFields,
  parseMegabytes,
  parseOutput,
  parsePeriod,
  parseScope,
  parseSeconds,
  ruleFiles,
} from "./arguments.ts";
import type { Done } from "./done.ts";
import { refuseChisel, refuseCondition } from "./sysdig_flags.ts";

export function addCaptures(program: Command, host: Host, done: Done): void {
  addReplay(program, host, done);
  addRecord(program, host, done);
}

const REPLAY_EXAMPLES = `
Examples:
  falcod replay trace.scap                alerts of the rules of this machine, then what was seen
  falcod replay -r my_rules.yaml --json *.scap
  falcod replay trace.scap --filter 'evt.type = execve and user.uid = 0'
  falcod replay trace.scap --fields evt.num,evt.time,proc.name,fd.name --filter 'fd.num >= 0'
  falcod replay large.scap.gz --filter 'proc.aname = sshd' -w small.scap.gz
  falcod replay audit.log --source k8s_audit --fields ka.user.name,ka.verb,ka.uri
  ssh host falcod record -w - | falcod replay - --print '%evt.time %proc.name %evt.args'`;

function addReplay(program: Command, host: Host, done: Done): void {
  program.command("replay")
    .description("hold captures (.scap) or audit logs against rules, or print their events")
    .argument(
      "<files...>",
      "captures, as sysdig -w writes them (-: stdin), or logs of audit events",
    )
    .addOption(
      oneOf("--source <name>", "what the files are of; k8s_audit: audit events as JSON lines", [
        "syscall",
        "k8s_audit",
      ]).default("syscall"),
    )
    .option("-c <path>", "configuration file", refuseChisel)
    .addOption(ruleFiles("rules file or directory", "as configured"))
    .addOption(keyOptions())
    .option("--filter <condition>", "print events it holds for, in place of alerts")
    .option(
      "--print <output>",
      "print events so: '%evt.time %proc.name %evt.args'",
      parseOutput,
    )
    .addOption(
      new Option("--fields <fields>", "print these fields of events: evt.num,proc.name,fd.name")
        .argParser(parseFields).conflicts("print"),
    )
    .option("--json", "print one JSON object a line")
    .addOption(
      new Option("-w <file>", "write the events into a capture, in place of printing them")
        .conflicts(["print", "fields", "json"]),
    )
    .addHelpText("after", REPLAY_EXAMPLES)
    .action(async (paths, { c, r, w, option, source, filter, print, fields, json }, command) => {
      refuseCondition(paths, command);
      if (w !== undefined && (paths.length > 1 || source !== "syscall")) {
        command.error("error: -w writes the events of one capture");
      }
      const { replayCommand } = await import("../commands/replay.ts");
      const lines = { filter, print, fields, json: json ?? false };
      const request = { ...lines, paths, source, options: option, writePath: w };
      done(await replayCommand({ ...request, configPath: c, rulePaths: r }, host));
    });
}

const RECORD_EXAMPLES = `
Examples:
  falcod record -w trace.scap.gz -M 10                 ten seconds of this machine
  falcod record -w trace.scap --scope pid:$$ -M 60 &   this shell and what it starts, for a minute
  falcod record -w execs.scap --filter 'evt.type = execve' --size-limit 50
  falcod record -w - -M 60 | gzip >trace.scap.gz
  falcod record -w - | falcod replay - --fields evt.time,proc.name,evt.type,evt.args
  falcod record -w /var/log/trace.scap.gz --rotate-size 100 --keep 10

Files that follow each other have the time at which they begin in their names, as
trace-20260131T120000.000Z.scap.gz; each can be played by itself, and falcod says when one is whole.
--keep counts those of earlier runs, too, and removes the oldest.

A capture of that name is replaced when the recording begins; any other file is left alone (exit
code 1). That nothing happens is no failure: the capture then has no events.`;

function addRecord(program: Command, host: Host, done: Done): void {
  program.command("record")
    .description("write what happens into a capture (.scap), for falcod replay and other tools")
    .requiredOption("-w <file>", "file to write, compressed when it ends in .gz; - is stdout")
    .option("--scope <pid:number>", "record only this process and its descendants", parseScope)
    .option("-M <seconds>", "stop after so many seconds", parseSeconds)
    .option("--filter <condition>", "only events it holds for, and what becomes of processes")
    .addOption(
      new Option("--size-limit <megabytes>", "stop before the file is larger")
        .argParser(parseMegabytes).conflicts(["rotateSize", "rotateEvery"]),
    )
    .option("--rotate-size <megabytes>", "begin another file after so much", parseMegabytes)
    .option("--rotate-every <seconds>", "begin another file after so long", parsePeriod)
    .option("--keep <files>", "of files that follow each other, only the newest", parseCount)
    .option("-c <path>", "configuration file: rings, snaplen, sockets of container engines")
    .addOption(keyOptions())
    .addHelpText("after", RECORD_EXAMPLES)
    .allowExcessArguments()
    .action(async ({ w, scope, M, filter, sizeLimit, c, option, ...rotating }, command) => {
      refuseCondition(command.args, command);
      const [excess] = command.args;
      if (excess !== undefined) command.error(`error: record takes no '${excess}'`);
      const { recordCommand } = await import("../commands/record.ts");
      const settings = { configPath: c, options: option };
      const rotation = rotationOf(rotating, w, command);
      const request = { ...settings, path: w, scopeProcessId: scope, seconds: M, filter, rotation };
      done(await recordCommand({ ...request, sizeLimitBytes: sizeLimit }, host));
    });
}

/** Absent where there is to be one file only. */
function rotationOf(
  { rotateSize, rotateEvery, keep }: {
    readonly rotateSize?: number | undefined;
    readonly rotateEvery?: number | undefined;
    readonly keep?: number | undefined;
  },
  path: string,
  command: CommandUnknownOpts,
): Rotation | undefined {
  if (rotateSize === undefined && rotateEvery === undefined) {
    if (keep !== undefined) command.error("error: --keep wants --rotate-size or --rotate-every");
    return undefined;
  }
  const why = whyNotRotated(path);
  if (why !== undefined) command.error(`error: ${why}: -w wants the name of a file here`);
  return { sizeBytes: rotateSize, everyMs: rotateEvery, keep };
}
