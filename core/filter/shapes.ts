/** What values of fields look like, and what rules write instead. */
import { utf8Length } from "../base/mod.ts";
import { CONTAINER_SHAPES } from "./container_shapes.ts";
import { PATH_SHAPES } from "./path_shapes.ts";
import { ANY_PART, asValue, BEGINNING, MAX_NAME_BYTES, type Shape, WHOLE } from "./shape.ts";

const PROGRAM_NAMES = /^(?:proc\.[ap]?name|proc\.(?:sname|vpgid\.name|pgid\.name|sid\.name))$/;

/** Nothing that has names of this kind is called by several words with commas between them. */
const SINGLE_NAMES =
  /^(?:proc\.(?:[ap]?name|p?exepath)|fd\.(?:name|filename|directory)|container\.(?:id|name|type|image[\w.]*)|(?:user|group)\.name)$/;

/** Alerts in JSON show `null` where these have no value; `!= null` asks for one, and gets it. */
const SHOWN_AS_NULL = /^(?:container|k8s|user|group)\.|^proc\.[ap]?name$/;

const ofFields = new Map<string, readonly Shape[]>();

/** What values of `field` are held against, in this order: lists of rules have many values. */
export function shapesOf(field: string): readonly Shape[] {
  let found = ofFields.get(field);
  if (!found) ofFields.set(field, found = SHAPES.filter(({ fields }) => fields.test(field)));
  return found;
}

const SHAPES: readonly Shape[] = [
  ...PATH_SHAPES,
  ...CONTAINER_SHAPES,
  {
    fields: SHOWN_AS_NULL,
    operators: new Set(["=", "==", "in"]),
    isOdd: (text) => text === "null",
    title: (field, text) => `"${text}" is a text here, and ${field} without a value equals none`,
    help: (field) => `to ask whether there is none, write not ${field} exists`,
  },
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
    isOdd: (text) => /^\/./.test(text) && utf8Length(text) !== MAX_NAME_BYTES,
    title: (field, text) =>
      `${field} is a name without its directory: hardly anything matches "${text}"`,
    help: (field, text) => {
      const name = text.replace(/^.*\//s, "");
      const other = name === "" ? "" : `${field} with "${name}", or `;
      return `compare ${other}${exepathBeside(field)} with "${text}"`;
    },
  },
  {
    fields: PROGRAM_NAMES,
    operators: ANY_PART,
    isOdd: (text) => text.length > MAX_NAME_BYTES / 3 && utf8Length(text) > MAX_NAME_BYTES,
    title: (field, text) =>
      `${field} has ${MAX_NAME_BYTES} bytes at most, the kernel cuts the rest: nothing matches "${text}"`,
    help: (field, text) => {
      if (text.includes("\\")) {
        const plain = text.replaceAll("\\", "");
        return `a backslash counts as such where there are no quotes: write "${plain}"`;
      }
      if (/\s/.test(text) && /^proc\.[ap]?name/.test(field)) {
        return `for a command line, write ${field.replace("name", "cmdline")} startswith "${text}"`;
      }
      const name = asValue(text.slice(0, MAX_NAME_BYTES));
      return `write ${field} = ${name}, or ask for ${exepathBeside(field)}`;
    },
  },
  {
    fields: /^proc\.[ap]?cmdline$/,
    operators: new Set([...WHOLE, "startswith"]),
    isOdd: (text) => {
      const [program = ""] = text.split(/\s/, 1);
      return /^\/.*[^/]$/s.test(program) && utf8Length(program) !== MAX_NAME_BYTES;
    },
    title: (field, text) =>
      `${field} begins with the name of the program, not its path: hardly anything matches "${text}"`,
    help: (field, text) => {
      const [program = ""] = text.split(/\s/, 1);
      const name = program.slice(program.lastIndexOf("/") + 1);
      const line = `${name.slice(0, MAX_NAME_BYTES)}${text.slice(program.length)}`;
      const path = field.replace("cmdline", "exepath");
      return `write ${asValue(line)}, and ask for ${path} to have the path as well`;
    },
  },
  {
    fields: /^(?:user\.(?:name|loginname)|group\.name)$/,
    operators: WHOLE,
    isOdd: (text) => /^\d+$/.test(text),
    title: (field, text) => `${field} is a name: hardly anything is called "${text}"`,
    help: (field, text) =>
      `write ${field.replace(/name$/, field.startsWith("g") ? "gid" : "uid")} = ${text}`,
  },
  {
    fields: SINGLE_NAMES,
    operators: WHOLE,
    isOdd: (text) => /^[\w./-]+(?:\s*,\s+|,(?=\/))[\w./-]+/.test(text),
    title: (_field, text) => `"${text}" is one value, with a comma in it`,
    help: (field, text) =>
      `for any of several values, write ${field} in (${
        text.split(/\s*,\s*/).map(asValue).join(", ")
      })`,
  },
];

/** Of the same process as the name. */
function exepathBeside(field: string): string {
  return field.replace("proc.sname", "proc.sid.name").replace("name", "exepath");
}
