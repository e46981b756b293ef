/** What values of fields look like, and what rules write instead. */
import { encodeUtf8 } from "../base/mod.ts";
import type { ComparisonName } from "./condition.ts";

const WHOLE: ReadonlySet<ComparisonName> = new Set(["=", "==", "!=", "in"]);
const BEGINNING: ReadonlySet<ComparisonName> = new Set([...WHOLE, "startswith", "pmatch"]);
const ANY_PART: ReadonlySet<ComparisonName> = new Set([
  ...WHOLE,
  "contains",
  "icontains",
  "startswith",
  "endswith",
]);

export interface Shape {
  readonly fields: RegExp;
  readonly operators: ReadonlySet<ComparisonName>;
  readonly isOdd: (text: string) => boolean;
  readonly title: (field: string, text: string) => string;
  readonly help: (field: string, text: string) => string;
}

const PROGRAM_NAMES = /^(?:proc\.[ap]?name|proc\.(?:sname|vpgid\.name|pgid\.name|sid\.name))$/;

/** `task->comm` without the NUL behind it: linux v6.8 include/linux/sched.h TASK_COMM_LEN. */
export const MAX_NAME_BYTES = 15;

export const SHAPES: readonly Shape[] = [
  {
    fields: /^evt\.res$/,
    operators: WHOLE,
    isOdd: (text) => /^\+?\d+$/.test(text),
    title: (field, text) =>
      `${field} is SUCCESS or the name of an error: nothing matches "${text}"`,
    help: (field, text) =>
      `write ${Number(text) === 0 ? `${field} = SUCCESS` : `evt.rawres = ${text}`}`,
  },
  {
    fields: /^fd\.filename$/,
    operators: ANY_PART,
    isOdd: (text) => text.includes("/"),
    title: (field, text) => `${field} has no "/" in it: nothing matches "${text}"`,
    help: (field, text) =>
      /[^/]$/.test(text)
        ? `compare fd.name with the whole path, or ${field} with "${text.replace(/^.*\//s, "")}"`
        : "compare fd.name with a path, or fd.directory with that of a directory",
  },
  {
    fields: /^fd\.directory$/,
    operators: new Set([...WHOLE, "endswith"]),
    isOdd: (text) => text !== "/" && text.endsWith("/"),
    title: (field, text) => `${field} has no "/" at its end: nothing matches "${text}"`,
    help: (_field, text) => `write "${text.replace(/\/+$/, "") || "/"}"`,
  },
  {
    fields: /^proc\.cwd$/,
    operators: WHOLE,
    isOdd: (text) => !text.endsWith("/"),
    title: (field, text) => `${field} has a "/" at its end: nothing matches "${text}"`,
    help: (_field, text) => `write "${text}/"`,
  },
  {
    fields: /^proc\.p?exepath$/,
    operators: BEGINNING,
    isOdd: (text) => !/^(?:\/|memfd:)/.test(text),
    title: (field, text) => `${field} is a whole path, from "/" on: nothing matches "${text}"`,
    help: (field, text) =>
      field === "proc.exepath"
        ? `compare proc.name with "${text}", or write ${field} endswith "/${text}"`
        : `compare proc.pname with "${text}", or write ${field} endswith "/${text}"`,
  },
  {
    fields: PROGRAM_NAMES,
    operators: new Set([...WHOLE, "startswith"]),
    // Perl names its process what a script writes into $0; one of this length the kernel has cut.
    isOdd: (text) => /^\/./.test(text) && encodeUtf8(text).length !== MAX_NAME_BYTES,
    title: (field, text) =>
      `${field} is a name without its directory: hardly anything matches "${text}"`,
    help: (field, text) => {
      const name = text.replace(/^.*\//s, "");
      const path = field.replace("proc.sname", "proc.sid.name").replace("name", "exepath");
      const other = name === "" ? "" : `${field} with "${name}", or `;
      return `compare ${other}${path} with "${text}"`;
    },
  },
  {
    fields: PROGRAM_NAMES,
    operators: ANY_PART,
    isOdd: (text) => text.length > MAX_NAME_BYTES / 3 && encodeUtf8(text).length > MAX_NAME_BYTES,
    title: (field, text) =>
      `${field} has ${MAX_NAME_BYTES} bytes at most, the kernel cuts the rest: nothing matches "${text}"`,
    help: (field, text) =>
      text.includes("\\")
        ? `a backslash counts as such where there are no quotes: write "${
          text.replaceAll("\\", "")
        }"`
        : `write ${field} = ${text.slice(0, MAX_NAME_BYTES)}, or ask for proc.exepath`,
  },
];
