/** `falcod explain-code`: what a diagnostic's code means, with a mistake that causes it and its repair. */
import { UPSTREAM_CODES } from "../../rule/mod.ts";
import { type CodeEntry, CODES, type Example, type ExamplePair, falcoCode } from "../codes/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { nothingFound, printTable } from "../table.ts";

export interface ExplainCodeRequest {
  /** One of ours in any case, also as in `error[F012]`, or one of Falco's; absent: all. */
  readonly code: string | undefined;
  readonly json: boolean;
}

/** Exit code 1 when there is no such code. */
export function explainCodeCommand({ code, json }: ExplainCodeRequest, host: Host): number {
  const wanted = code === undefined ? undefined : codeIn(code);
  const entry = CODES.find((entry) => entry.code === wanted);
  if (entry) {
    host.out.write(json ? `${JSON.stringify(describe(entry))}\n` : toText(entry));
    return EXIT_OK;
  }
  const entries = CODES.filter((entry) => wanted === undefined || falcoCode(entry) === wanted);
  if (entries.length === 0) {
    const names = [...CODES.map((entry) => entry.code), ...UPSTREAM_CODES];
    const instead = "falcod explain-code lists all";
    host.error.write(nothingFound("code", code!, { names, instead }));
    return EXIT_FAILURE;
  }
  if (json) host.out.write(`${JSON.stringify(entries.map(describe))}\n`);
  else {
    printTable({
      heads: ["code", "meaning", "Falco's code"],
      rows: entries.map((entry) => [entry.code, entry.title, falcoCode(entry) ?? ""]),
    }, host.out);
  }
  return EXIT_OK;
}

/** The code in `error[F012]`, as messages show it and people copy it. */
function codeIn(text: string): string {
  const [, code = text] = /\[([A-Z]\d{3})\]/i.exec(text) ?? [];
  return code.trim().toUpperCase();
}

function describe(entry: CodeEntry) {
  const falco = falcoCode(entry);
  return { ...entry, ...(falco !== undefined && { falco_code: falco }) };
}

function toText(entry: CodeEntry): string {
  const { code, title, meaning, matters, example } = entry;
  const falco = falcoCode(entry);
  const parts = [
    `${code}: ${title}\n`,
    `${wrap(meaning)}\n`,
    `${wrap(matters)}\n`,
    ...(example
      ? [`Instead of\n\n${show(example.wrong)}`, `write\n\n${show(withoutKnown(example))}`]
      : []),
    ...(falco === undefined ? [] : [`Falco's code for it is ${falco}.\n`]),
  ];
  return parts.join("\n");
}

/** The repair; files that were shown with the mistake and are the same are left out. */
function withoutKnown({ wrong, right }: ExamplePair): Example {
  const known = wrong.files ?? {};
  const files = Object.entries(right.files ?? {}).filter(([name, text]) => known[name] !== text);
  return { ...right, files: Object.fromEntries(files) };
}

function show({ kind, text, files = {} }: Example): string {
  switch (kind) {
    case "condition":
    case "output":
    case "event":
      return indent(`${kind}: ${text}`);
    case "rules":
    case "config":
      return indent(text);
    case "command": {
      const contents = Object.entries(files).map(([name, content]) =>
        `\n${indent(`# ${name}\n${content}`)}`
      );
      return indent(`$ ${text}`) + contents.join("");
    }
    default:
      return kind satisfies never;
  }
}

function indent(text: string): string {
  return text.trimEnd().split("\n").map((line) => `    ${line}`.trimEnd() + "\n").join("");
}

const WIDTH = 80;

function wrap(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
