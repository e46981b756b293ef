/** Alerts that wait for a sink. */
import type { Alert, OutputValue } from "../alert/mod.ts";
import type { FormattedAlert, Formatter } from "../plugin/mod.ts";

/** Of every value, whatever its text: millions of empty ones are memory, too. */
const UNITS_OF_VALUE = 4;

/** An alert in the lanes, formatted at most once for each formatter in a row. */
export class Pending {
  readonly units: number;
  #formatter: Formatter | undefined;
  #line = "";

  constructor(readonly alert: Alert) {
    this.units = unitsOf(alert);
  }

  format(formatter: Formatter): FormattedAlert {
    if (this.#formatter !== formatter) {
      this.#line = formatter.format(this.alert);
      this.#formatter = formatter;
    }
    return { alert: this.alert, line: this.#line };
  }
}

/** Of all that whoever sends an alert can make long. */
export function unitsOf(
  { rule, source, tags, hostname, message, output = "", fields }: Alert,
): number {
  let units = rule.length + source.length + hostname.length + message.length + output.length;
  for (const tag of tags) units += UNITS_OF_VALUE + tag.length;
  for (const [name, value] of fields) units += name.length + unitsOfValue(value);
  return units;
}

function unitsOfValue(value: OutputValue): number {
  if (typeof value === "string") return UNITS_OF_VALUE + value.length;
  if (!Array.isArray(value)) return UNITS_OF_VALUE;
  return value.reduce((units, item) => units + unitsOfValue(item), UNITS_OF_VALUE);
}
