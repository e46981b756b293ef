/** The shape of what `falcod explain-code` knows of one diagnostic code. */

/** A text with a mistake in it, or without. */
export interface Example {
  /**
   * `condition` and `output` are what stands behind that key of a rule, with the quotes YAML wants;
   * `rules` is a rule file, `config` a falco.yaml, `event` an event to try rules with, `command` a
   * command line.
   */
  readonly kind: "condition" | "output" | "rules" | "config" | "event" | "command";
  readonly text: string;
  /** What a command finds in the files it names. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface ExamplePair {
  readonly wrong: Example;
  readonly right: Example;
}

export interface CodeEntry {
  readonly code: string;
  /** Without the user's words: `unknown field`. */
  readonly title: string;
  readonly meaning: string;
  /** What goes wrong for somebody who leaves it as it is. */
  readonly matters: string;
  /** Absent where the mistake is a matter of megabytes or of single bytes. */
  readonly example?: ExamplePair;
}

function pair(kind: Example["kind"]) {
  return (wrong: string, right: string): ExamplePair => ({
    wrong: { kind, text: wrong },
    right: { kind, text: right },
  });
}

export const conditions = pair("condition");
export const outputs = pair("output");
export const ruleFiles = pair("rules");
export const configs = pair("config");
export const events = pair("event");

type Files = Readonly<Record<string, string>>;

/** Command lines, or one command line and the files it meets. */
export function commands(
  wrong: string | readonly [string, Files],
  right: string | readonly [string, Files],
): ExamplePair {
  return { wrong: command(wrong), right: command(right) };
}

function command(given: string | readonly [string, Files]): Example {
  if (typeof given === "string") return { kind: "command", text: given };
  return { kind: "command", text: given[0], files: given[1] };
}

/** A file with a complete rule, for examples to change. */
export const RULE = `- rule: Shell started
  desc: Somebody starts a shell
  condition: evt.type = execve and proc.name in (bash, zsh)
  output: "shell %proc.name"
  priority: NOTICE
`;
