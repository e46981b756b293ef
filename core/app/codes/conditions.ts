/** `F`: conditions. */
import { type CodeEntry, conditions, ruleFiles } from "./entry.ts";

const MACRO = "- macro: spawned_process\n  condition: evt.type = execve\n";
const LIST = "- list: known_shells\n  items: [bash, zsh]\n";
const EXEC_SHELL = "evt.type = execve and a_shell";

export const CONDITION_CODES: readonly CodeEntry[] = [
  {
    code: "F001",
    title: "empty condition",
    meaning: "The condition has nothing in it but blanks.",
    matters: "A rule has to say which events it is about.",
    example: conditions('" "', "evt.type = execve"),
  },
  {
    code: "F002",
    title: "a check is expected",
    meaning: 'Behind "and", "or", "not" or "(" comes neither a comparison nor a macro.',
    matters: "Part of the condition is missing, so what it means is not known.",
    example: conditions(
      "evt.type = execve and",
      "evt.type = execve and proc.name = cat",
    ),
  },
  {
    code: "F003",
    title: "bracket never closed",
    meaning: 'A "(" or "[" of the condition has no counterpart.',
    matters: 'What "and" and "or" join depends on where the bracket ends.',
    example: conditions(
      "evt.type = open and (fd.name = /etc/shadow or fd.name = /etc/gshadow",
      "evt.type = open and (fd.name = /etc/shadow or fd.name = /etc/gshadow)",
    ),
  },
  {
    code: "F004",
    title: "unexpected text",
    meaning: 'Behind a complete check only "and", "or" or a closing bracket can follow.',
    matters:
      "Often an operator of another language, or a value with blanks that needs quotes: cut off at the blank, it would match something else.",
    example: conditions(
      "evt.type = execve && proc.name = cat",
      "evt.type = execve and proc.name = cat",
    ),
  },
  {
    code: "F005",
    title: "unknown operator between checks",
    meaning: 'A word begins with "and" or "or" and goes on.',
    matters: "It is neither the operator nor a name, so both sides stand unconnected.",
    example: conditions(
      "(evt.type = execve) andnot proc.name = cat",
      "(evt.type = execve) and not proc.name = cat",
    ),
  },
  {
    code: "F006",
    title: "unknown comparison operator, or none",
    meaning: "Behind a field an operator has to come that says how it is compared.",
    matters: "Without it the field is no check.",
    example: conditions(
      "evt.type = open and fd.name startwith /etc",
      "evt.type = open and fd.name startswith /etc",
    ),
  },
  {
    code: "F007",
    title: "a value is expected",
    meaning: "What stands behind an operator, or between brackets, is no value that fits there.",
    matters: "There is nothing to compare with.",
    example: conditions(
      "evt.type = execve and proc.pid > many",
      "evt.type = execve and proc.pid > 1000",
    ),
  },
  {
    code: "F008",
    title: "quote never closed",
    meaning: "A text in the condition opens with a quote, and the other quote does not come.",
    matters: "The rest of the condition would be part of the text.",
    example: conditions(
      `'evt.type = execve and proc.name = "cat'`,
      `'evt.type = execve and proc.name = "cat"'`,
    ),
  },
  {
    code: "F009",
    title: "unknown escape",
    meaning: "In a quoted text of a condition a backslash begins an escape, and this is none.",
    matters: "The text would be another one than written. Two backslashes stand for one.",
    example: conditions(
      `'evt.type = execve and proc.cmdline contains "C:\\q"'`,
      `'evt.type = execve and proc.cmdline contains "C:\\\\q"'`,
    ),
  },
  {
    code: "F010",
    title: "broken argument in brackets",
    meaning: "The argument of a field stands between [ and ], without blanks around it.",
    matters: "Which ancestor, parameter or variable is meant cannot be read.",
    example: conditions(
      "'evt.type = execve and proc.aname[ 2 ] = cat'",
      "'evt.type = execve and proc.aname[2] = cat'",
    ),
  },
  {
    code: "F011",
    title: "nested too deeply, or too long a bracket",
    meaning: "Brackets stand inside each other 200 deep, or one holds more than 1000 operands.",
    matters: "Falco refuses such conditions, too; macros and lists keep them small.",
  },
  {
    code: "F012",
    title: "unknown field",
    meaning:
      "No field of this name exists for the rule's source of events. falcod list fields shows all.",
    matters: "The rule could never match, and nobody would notice.",
    example: conditions(
      "evt.type = execve and proc.nmae = cat",
      "evt.type = execve and proc.name = cat",
    ),
  },
  {
    code: "F013",
    title: "operator does not fit the field",
    meaning: "Each type of field has its operators: a number has no beginning and no end.",
    matters: "There is no meaning the comparison could have.",
    example: conditions(
      "evt.type = execve and proc.pid contains 1",
      "evt.type = execve and proc.pid = 1",
    ),
  },
  {
    code: "F014",
    title: "value does not fit the field",
    meaning:
      "The value cannot be read as what the field holds: a number in decimal digits, a port or the name of its service, true or false, an address, a network with its prefix length, bytes.",
    matters: "The field could never equal it.",
    example: conditions(
      "evt.type = connect and fd.net = 10.0.0.1",
      "evt.type = connect and fd.net = 10.0.0.1/32",
    ),
  },
  {
    code: "F015",
    title: "argument does not fit the field",
    meaning: "The field takes no argument, needs one, or takes one of another kind.",
    matters: "What the field shall show is not known.",
    example: conditions(
      "'evt.type = execve and proc.name[1] = sshd'",
      "'evt.type = execve and proc.aname[1] = sshd'",
    ),
  },
  {
    code: "F016",
    title: "unknown macro",
    meaning: "A name stands alone in a condition, and no macro of that name is defined before it.",
    matters: "Part of the condition is missing, so the rule cannot run.",
    example: ruleFiles(
      withRule(MACRO, "spawned_proces and proc.name = cat"),
      withRule(MACRO, "spawned_process and proc.name = cat"),
    ),
  },
  {
    code: "F017",
    title: "macro contains itself",
    meaning: "Putting the macro in leads back to the same macro, directly or through others.",
    matters: "There would be no end of putting it in.",
    example: ruleFiles(
      withRule("- macro: a_shell\n  condition: a_shell or proc.name = zsh\n", EXEC_SHELL),
      withRule("- macro: a_shell\n  condition: proc.name = bash or proc.name = zsh\n", EXEC_SHELL),
    ),
  },
  {
    code: "F018",
    title: "condition becomes too large",
    meaning:
      "With its macros and lists put in, the condition has more checks or values, or is deeper, than falcod runs.",
    matters: "A macro that uses another one twice doubles it: twenty such make a million checks.",
  },
  {
    code: "F019",
    title: "transformer does not take this",
    meaning: "A transformer works on texts, or on what its description says, not on every field.",
    matters: "There is no result the check could compare.",
    example: conditions(
      'evt.type = execve and toupper(proc.pid) = "1"',
      'evt.type = execve and toupper(proc.name) = "CAT"',
    ),
  },
  {
    code: "F020",
    title: "both sides have different types",
    meaning: "A field is compared with a field of another type, say a text with a number.",
    matters: "They can never be equal.",
    example: conditions(
      "evt.type = execve and proc.name = val(proc.pid)",
      "evt.type = execve and proc.name = val(proc.pname)",
    ),
  },
  {
    code: "F021",
    title: "compared with constants only",
    meaning:
      "The operator, or the field, needs its values when rules are loaded: patterns, networks, fields that stand for several values.",
    matters: "What is known only when the event comes is too late for it.",
    example: conditions(
      "evt.type = execve and proc.exe regex val(proc.name)",
      "evt.type = execve and proc.exe contains val(proc.name)",
    ),
  },
  {
    code: "F022",
    title: "list where one value is wanted",
    meaning: 'The name behind the operator is that of a list, and the operator is not "in".',
    matters: "It is not said whether any or all of the values have to match.",
    example: ruleFiles(
      withRule(LIST, "evt.type = execve and proc.name = known_shells"),
      withRule(LIST, "evt.type = execve and proc.name in (known_shells)"),
    ),
  },
  {
    code: "F023",
    title: "unknown event type",
    meaning: "evt.type is compared with a name no event has. falcod list events shows all.",
    matters: "The check is never true, so the rule would be silent.",
    example: conditions(
      "evt.type in (open, opnat)",
      "evt.type in (open, openat)",
    ),
  },
  {
    code: "F024",
    title: "pattern that cannot be",
    meaning: "The regular expression, or glob, has a mistake of its own.",
    matters: "Nothing can be held against it.",
    example: conditions(
      "evt.type = execve and proc.cmdline regex 'a(b+'",
      "evt.type = execve and proc.cmdline regex 'a[(]b+'",
    ),
  },
  {
    code: "F026",
    title: "field for outputs only",
    meaning: "The field prints something for people; it has no value to compare.",
    matters: "Falco refuses it in conditions, too.",
    example: conditions(
      "evt.type = open and evt.outputtime = 1",
      "evt.type = open and evt.rawtime > 1",
    ),
  },
  {
    code: "F027",
    title: "events cannot be told",
    meaning:
      "The event's type is transformed, or compared with a field, where it should be compared with names.",
    matters: "A rule is asked only about the events it names; here nobody can say which these are.",
    example: conditions(
      "evt.type = val(proc.name) and proc.name = sh",
      "evt.type = execve and proc.name = sh",
    ),
  },
  {
    code: "F030",
    title: "regex without need",
    meaning: "The pattern says only what =, contains, startswith or endswith say.",
    matters: "Those are faster and cannot be misread.",
    example: conditions(
      "evt.type = execve and proc.name regex 'python.*'",
      "evt.type = execve and proc.name startswith python",
    ),
  },
  {
    code: "F031",
    title: "name of a field compared as text",
    meaning: "On the right-hand side the name of a field is a text like any other.",
    matters: "The check compares with those very letters, which nothing is ever called.",
    example: conditions(
      "evt.type = execve and proc.name = proc.pname",
      "evt.type = execve and proc.name = val(proc.pname)",
    ),
  },
  {
    code: "F032",
    title: "transformer compared as text",
    meaning: "In quotes, what looks like a transformer is a text like any other.",
    matters: "The check compares with those very letters.",
    example: conditions(
      `"evt.type = execve and proc.name = 'tolower(proc.exe)'"`,
      '"evt.type = execve and proc.name = tolower(proc.exe)"',
    ),
  },
  {
    code: "F033",
    title: "number out of range",
    meaning: "The field's type cannot hold the number; as in Falco its upper bits are lost.",
    matters: "The check compares with another number than written.",
    example: conditions(
      "evt.type = connect and fd.sport = 65616",
      "evt.type = connect and fd.sport = 80",
    ),
  },
  {
    code: "F034",
    title: "deprecated field, operator or value",
    meaning: "It still works, and something else says the same better.",
    matters: "A later version may no longer know it.",
    example: conditions(
      "evt.type = open and evt.dir = <",
      "evt.type = open",
    ),
  },
  {
    code: "F035",
    title: "compared with <NA>",
    meaning: "<NA> is how an output prints a value that is not there; no field has it as a value.",
    matters: "The check is never true (or, with !=, true whenever there is a value).",
    example: ruleFiles(
      withRule("", "ka.target.name = <NA>", "\n  source: k8s_audit"),
      withRule("", "not ka.target.name exists", "\n  source: k8s_audit"),
    ),
  },
  {
    code: "F036",
    title: "nearly the name of a list",
    meaning:
      "The value differs by a letter or two from the name of a list, is called as lists are, or stands where lists do, without brackets; and there is none of that name. Or it is the name of one, in quotes.",
    matters: "It is compared as text, so the values of the list are not looked for.",
    example: ruleFiles(
      withRule(
        LIST,
        "evt.type = execve and proc.name in (known_shell) and proc.pname in (known_shells)",
      ),
      withRule(
        LIST,
        "evt.type = execve and proc.name in (known_shells) and proc.pname in (known_shells)",
      ),
    ),
  },
  {
    code: "F037",
    title: "value that the field never has",
    meaning:
      "The field has few values and this is none of them, or all its values look another way: a name that the kernel cuts after 15 bytes, a path from the root on and without ~, a directory without a slash at its end, a repository without a tag. Or a text is compared by order, where letters count and not numbers. falcod validate looks for it.",
    matters: "The check never holds (or, with !=, always), and nobody would notice.",
    example: conditions(
      "evt.type = openat and fd.type = files",
      "evt.type = openat and fd.type = file",
    ),
  },
  {
    code: "F038",
    title: "wildcard that is taken as it stands",
    meaning:
      'A name or path is compared with a value that has "*" in it, by an operator other than glob, iglob, regex and pmatch, where it is one part of the path; or with signs that only regex or shells understand, such as "|" and "{a,b}".',
    matters: "The sign is looked for in the name itself, where it hardly ever is.",
    example: conditions(
      "evt.type = openat and fd.name startswith /etc/*",
      "evt.type = openat and fd.name startswith /etc/",
    ),
  },
  {
    code: "F039",
    title: "typographic quotes",
    meaning:
      "The value begins or ends with the quotes of word processors. Only straight ones quote a value.",
    matters: "The check looks for a value with these very quotes, which nothing has.",
    example: conditions(
      "evt.type = execve and proc.name = “cat”",
      "evt.type = execve and proc.name = cat",
    ),
  },
  {
    code: "F040",
    title: "condition that can never hold",
    meaning:
      "Two checks that have to hold together contradict each other, or one alternative contradicts what stands around it. falcod validate looks for it, through macros as well.",
    matters: "The rule never alerts, or the alternative adds nothing to it.",
    example: conditions(
      "evt.type = execve and proc.name = bash and proc.name = zsh",
      "evt.type = execve and proc.name in (bash, zsh)",
    ),
  },
  {
    code: "F041",
    title: "condition that always holds",
    meaning:
      'One of the alternatives holds whatever the value is. Who writes "not this or not that" mostly means "and".',
    matters: "The rule alerts for events it was to leave out.",
    example: conditions(
      "evt.type = execve and (proc.name != bash or proc.name != zsh)",
      "evt.type = execve and (proc.name != bash and proc.name != zsh)",
    ),
  },
  {
    code: "F042",
    title: "field that the event type does not have",
    meaning:
      "Events of the types the condition asks for never have a value in that field, or always the same one.",
    matters: "A check of a value that is not there is false, so the rule never alerts.",
    example: conditions(
      "evt.type = openat and evt.arg.oldpath = /etc/shadow",
      "evt.type = renameat and evt.arg.oldpath = /etc/shadow",
    ),
  },
  {
    code: "F043",
    title: "exclusion that never applies",
    meaning:
      "What an exception or a part behind not leaves out could not match the rest of the condition anyway.",
    matters: "Events that were to be left out are probably others than those it names.",
    example: conditions(
      "evt.type = execve and proc.name = bash and not fd.name startswith /opt",
      "evt.type = execve and proc.name = bash and not proc.cwd startswith /opt",
    ),
  },
  {
    code: "F044",
    title: '"and" and "or" without brackets',
    meaning:
      '"and" binds closer than "or", so "a or b and c" asks for a alone, or for b together with c. What a file appends with "and" belongs to the last alternative only.',
    matters: "Whoever meant the other reading gets alerts for a without c.",
    example: conditions(
      "proc.name = bash or proc.name = zsh and evt.type = execve",
      "(proc.name = bash or proc.name = zsh) and evt.type = execve",
    ),
  },
];

/** A file with a rule of this condition behind what it needs; `more` are further keys. */
function withRule(before: string, condition: string, more = ""): string {
  return `${before}- rule: Program started
  desc: Tells of a program
  condition: ${condition}
  output: "a program of interest"
  priority: NOTICE${more}
`;
}
