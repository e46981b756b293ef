/** For tests: a given event from the text of one. */
import { renderText, Report, SourceText } from "../base/mod.ts";
import { readYaml } from "../base/yaml.ts";
import {
  type FieldTable,
  type FieldValue,
  findField,
  readArgument,
  renderValue,
  syscallFields,
} from "../field/mod.ts";
import { eventOf, type Given, type GivenSituation, readGiven, withGiven } from "./mod.ts";

/** What is read of a text, and what was reported on the way. */
export function read(
  text: string,
  source = "syscall",
  fields: FieldTable = syscallFields,
): { readonly given: Given | undefined; readonly report: Report } {
  const report = new Report();
  const written = new SourceText("<event>", text);
  const nodes = readYaml(written, report).map(({ root }) => root);
  return { given: readGiven(nodes, { source, fields, at: written.all }, report), report };
}

/** Values of fields, as the rules that judge a given event see them. */
export function seen(text: string, ...names: readonly string[]): readonly string[] {
  const { given, report } = read(text);
  if (!given) throw new Error(renderText(report.diagnostics));
  const situation = eventOf(given);
  const { event, state } = situation;
  state.begin(event);
  const texts = names.map((name) => textOf(name, situation));
  state.end(event);
  return texts;
}

const fields = withGiven(syscallFields);

function textOf(written: string, situation: GivenSituation): string {
  const [, name = written, bracket] = /^([^[]+)\[(.*)\]$/.exec(written) ?? [];
  const { definition, argument } = findField(fields, name, bracket)!;
  const read = readArgument(definition, argument);
  if (read.kind === "problem") throw new Error(read.title);
  const value: FieldValue = definition.extract(situation.event, situation.state, read.value);
  return renderValue(value, definition);
}
