/** `A`: outputs of rules. */
import { type CodeEntry, outputs } from "./entry.ts";

export const OUTPUT_CODES: readonly CodeEntry[] = [
  {
    code: "A001",
    title: "percent sign without a field",
    meaning: "In an output % begins a field or a transformer, and none follows.",
    matters: "An output cannot show a percent sign, and what was to be shown is missing.",
    example: outputs('"used to 100% by %proc.name"', '"used in full by %proc.name"'),
  },
  {
    code: "A002",
    title: "unknown field in an output",
    meaning: "No field of this name exists for the rule's source of events.",
    matters: "The alert would lack what the reader needs most.",
    example: outputs('"started %proc.nmae"', '"started %proc.name"'),
  },
  {
    code: "A003",
    title: "field cannot stand in an output like this",
    meaning: "The field lacks its argument, or has one that does not fit.",
    matters: "There is no value to print.",
    example: outputs('"parameter %evt.arg"', '"parameter %evt.arg.flags"'),
  },
  {
    code: "A004",
    title: "parenthesis never closed",
    meaning: 'The "(" of a transformer has no counterpart.',
    matters: "Where the transformer ends and text goes on is not known.",
    example: outputs('"started %toupper(proc.name"', '"started %toupper(proc.name)"'),
  },
  {
    code: "A005",
    title: "no transformer of outputs, or not of this field",
    meaning: "The name before the bracket is no transformer, or it does not take such a value.",
    matters: "There is no value to print.",
    example: outputs('"started %touper(proc.name)"', '"started %toupper(proc.name)"'),
  },
  {
    code: "A006",
    title: "width too large",
    meaning: "The number between % and the name is the width of the column, and it is huge.",
    matters: "Every alert would be filled up with blanks to that length.",
    example: outputs('"started %5000proc.name"', '"started %20proc.name"'),
  },
  {
    code: "A007",
    title: "too much in one expression",
    meaning: "Transformers stand inside each other too deeply, or a bracket has too many values.",
    matters: "Every alert would take its time; nobody reads such an output.",
  },
  {
    code: "A008",
    title: "deprecated field in an output",
    meaning: "The field still works, and another one says the same better, or it says nothing.",
    matters: "A later version may no longer know it.",
    example: outputs('"started %proc.name %evt.dir"', '"started %proc.name"'),
  },
  {
    code: "A009",
    title: "field that is never filled",
    meaning:
      "No event the rule can match has this value, as a start of a program has no descriptor, or the field is for conditions only.",
    matters: "Every alert prints <NA> there, and what the author meant is missing.",
    example: outputs('"started %proc.name %fd.name"', '"started %proc.name %proc.exepath"'),
  },
  {
    code: "A010",
    title: "field of an output goes on as text",
    meaning:
      "No field has this name, but one that it begins with: that is printed, as in Falco, and the rest as it is.",
    matters: "Every alert shows another value than the author meant, with odd letters behind it.",
    example: outputs('"started by %proc.pnames"', '"started by %proc.pname"'),
  },
];
