/** What paths of events look like: the kernel knows no home directories, and falcod tidies what it shows. */
import { joinPath } from "../base/path.ts";
import { ANY_PART, asValue, BEGINNING, GLOBS, type Shape, WHOLE } from "./shape.ts";

/** What a shell makes a directory of, at the beginning: `~/`, `~root/`, `$HOME/`. */
const HOME = /^(?:~[a-z_][a-z0-9_-]*|~|\$\{?[A-Za-z_]\w*\}?)(?=\/)/;
const PATHS =
  /^(?:fd\.(?:name|nameraw|directory)|fs\.path\.\w+|proc\.(?:p|a)?exepath|proc\.cwd|proc\.std(?:in|out|err)\.name)$/;

export const PATH_SHAPES: readonly Shape[] = [
  {
    fields: PATHS,
    operators: new Set([...ANY_PART, ...GLOBS, "pmatch"]),
    isOdd: (text) => HOME.test(text),
    title: (_field, text) =>
      `only shells know "${
        HOME.exec(text)![0]
      }" as a home directory: hardly anything matches "${text}"`,
    help: helpForHome,
  },
  {
    fields: /^proc\.(?:[ap]?cmdline|args|exeline)$/,
    operators: new Set([...ANY_PART, ...GLOBS]),
    isOdd: (text) => /(?:^|\s)~\//.test(text),
    title: (field, text) =>
      `shells put the home directory in the place of "~" before ${field} is known: "${text}" is only found in their own scripts`,
    help: (field, text) => `write ${field} contains ${asValue(text.replace(/^.*~\//s, "/"))}`,
    isHint: true,
  },
  {
    fields: /^(?:fd\.(?:name|directory)|fs\.path\.name)$/,
    operators: new Set([...BEGINNING, ...GLOBS]),
    isOdd: (text) => /^(?:\.\.?|[a-z_][\w.-]*)\/[^\s:>]*$/i.test(text),
    title: (field, text) => `paths in ${field} begin with "/": hardly anything matches "${text}"`,
    help: (field, text) => {
      const rest = text.replace(/^(?:\.\.?\/)+/, "");
      return `write "/${rest}" if that is where it is, or ${field} contains ${
        asValue(`/${rest.replace(/\*.*$/s, "")}`)
      }`;
    },
  },
  {
    fields: /^(?:fd\.(?:name|directory)|fs\.path\.name|proc\.p?exepath)$/,
    operators: new Set([...BEGINNING, ...GLOBS]),
    // Without a slash behind it, `/tmp/.` is how a hidden file begins.
    isOdd: (text) => text.startsWith("/") && /\/\.{0,2}\//.test(text),
    title: (field, text) =>
      `${field} has no "//", "/./" or "/../" in it: hardly anything matches "${text}"`,
    help: (_field, text) => `write ${asValue(tidied(text))}`,
  },
  {
    fields: /^(?:fd\.name|fs\.path\.name|proc\.p?exepath)$/,
    operators: WHOLE,
    isOdd: (text) => /^\/.*[^/]\/$/s.test(text),
    title: (field, text) => `${field} has no "/" at its end: nothing matches "${text}"`,
    help: (field, text) =>
      `write "${text.slice(0, -1)}" for the directory itself, ${field} startswith ${
        asValue(text)
      } for what is in it`,
  },
  {
    fields: /^user\.(?:shell|homedir)$/,
    operators: BEGINNING,
    isOdd: (text) => /^[a-z][\w.-]*$/i.test(text),
    title: (field, text) => `${field} is a whole path, from "/" on: nothing matches "${text}"`,
    help: (field, text) => `write ${field} endswith ${asValue(`/${text}`)}`,
  },
];

function helpForHome(field: string, text: string): string {
  const rest = text.replace(HOME, "");
  if (/^\/\**$/.test(rest)) return "name the directories: /root, /home …";
  const isPattern = /[*?[]/.test(rest);
  return `write ${field} ${isPattern ? "glob" : "contains"} ${
    asValue(isPattern ? `*${rest}` : rest)
  }, or name the directories`;
}

/** A path without empty parts, `.` and `..`; its last slash stays. */
function tidied(text: string): string {
  const path = joinPath("/", text);
  return text.endsWith("/") && !path.endsWith("/") ? `${path}/` : path;
}
