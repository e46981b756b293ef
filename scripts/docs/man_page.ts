/** docs/falcod.1, made of the tree of commands: man(7). */
import type { Argument, CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { visibleCommands } from "../../core/app/cli/tree.ts";
import { VERSION } from "../../core/app/version.ts";
import { helpOf } from "./commands.ts";

const FILES: readonly (readonly [string, string])[] = [
  ["/etc/falcod/falco.yaml", "Configuration, where -c names none."],
  ["/etc/falco/falco.yaml", "Configuration, where that is not there either."],
  [
    "/etc/falcod/rules.d",
    "Rules of this machine, read last by the configuration that comes with falcod.",
  ],
  ["/var/lib/falcod", "What falcod keeps: alerts that wait for their sink, places in audit logs."],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["FALCO_HOSTNAME", "Name of the machine in alerts, in place of its own."],
  ["FALCOD_RULES", "Folder of the rules that come with falcod, for use in the configuration."],
  ["NO_COLOR", "No colours, unless --color asks for them."],
  ["HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "Proxies of sinks that speak HTTP."],
  ["OTEL_DENO, OTEL_EXPORTER_OTLP_ENDPOINT", "Metrics go to OpenTelemetry."],
];

const SIGNALS: readonly (readonly [string, string])[] = [
  ["SIGINT, SIGTERM", "Write what is queued, tell what was seen and lost, and end."],
  ["SIGHUP", "Read configuration and rules again."],
  ["SIGUSR1", "Open outputs again, after their files were rotated."],
];

export function manPage(program: CommandUnknownOpts): string {
  const lines = [
    `.TH FALCOD 1 "" "falcod ${escaped(VERSION)}" "User Commands"`,
    ".SH NAME",
    `falcod ${escaped("-")} runtime security for Linux hosts, containers and Kubernetes`,
    ".SH SYNOPSIS",
    ".B falcod",
    "[\\fIoptions\\fR] [\\fIcommand\\fR]",
    ".SH DESCRIPTION",
    escaped(program.description()),
    ...paragraph(
      "Without a command it is run, with the configuration of this machine; Falco's own flags work.",
    ),
    ".SH COMMANDS",
  ];
  for (const { path, command } of visibleCommands(program)) {
    if (command === program) continue;
    lines.push(`.SS ${escaped(path)}`, ...commandLines(command));
  }
  lines.push(
    ".SH OPTIONS OF ALL COMMANDS",
    ...program.options.filter(({ hidden }) => !hidden).flatMap(optionLines),
    ".SH FLAGS OF FALCO",
    ".nf",
    ...verbatim(helpOf(program).split("understood as well:\n")[1] ?? ""),
    ".fi",
    ".SH FILES",
    ...FILES.flatMap(tagged),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(tagged),
    ".SH SIGNALS",
    ...SIGNALS.flatMap(tagged),
    ".SH EXIT STATUS",
    ...tagged(["0", "All is well."]),
    ...tagged(["1", "It could not start, the input has mistakes, or alerts were lost."]),
    "",
  );
  return lines.filter((line, index) => line !== "" || index === lines.length - 1).join("\n");
}

function commandLines(command: CommandUnknownOpts): string[] {
  const examples = helpOf(command).split("Examples:\n")[1]?.split("\n\n")[0] ?? "";
  return [
    `.B ${escaped(usageOf(command))}`,
    ...paragraph(command.description()),
    ...command.registeredArguments.flatMap(argumentLines),
    ...(command.options as readonly Option[]).filter(({ hidden }) => !hidden).flatMap(optionLines),
    ".PP",
    "Examples:",
    ".PP",
    ".nf",
    ...verbatim(examples),
    ".fi",
  ];
}

function usageOf(command: CommandUnknownOpts): string {
  const above: string[] = [];
  for (let at: CommandUnknownOpts | null = command; at; at = at.parent) above.unshift(at.name());
  return `${above.join(" ")} ${command.usage()}`;
}

function argumentLines(argument: Argument): string[] {
  return tagged([argument.name(), argument.description]);
}

function optionLines({ flags, description, argChoices, defaultValue }: Option): string[] {
  const choices = argChoices ? ` (${argChoices.join(", ")})` : "";
  const standard = typeof defaultValue === "string" ? `; default: ${defaultValue}` : "";
  return tagged([flags, `${description}${choices}${standard}`]);
}

function tagged([tag, text]: readonly [string, string]): string[] {
  return [".TP", `.B ${escaped(tag)}`, escaped(text)];
}

function paragraph(text: string): string[] {
  return [".PP", escaped(text)];
}

function verbatim(text: string): string[] {
  return text.trimEnd().split("\n").map(escaped);
}

/** A line of text that means nothing but itself. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/, "\\&");
}
