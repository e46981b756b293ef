/** Alerts that wait for a sink. */
import type { Alert } from "../alert/mod.ts";
import type { FormattedAlert, Formatter } from "../plugin/mod.ts";

/** An alert in the lanes, formatted at most once for each formatter in a row. */
export class Pending {
  readonly units: number;
  #formatter: Formatter | undefined;
  #line = "";

  constructor(readonly alert: Alert) {
    let units = alert.message.length + (alert.output?.length ?? 0);
    for (const value of alert.fields.values()) if (typeof value === "string") units += value.length;
    this.units = units;
  }

  format(formatter: Formatter): FormattedAlert {
    if (this.#formatter !== formatter) {
      this.#line = formatter.format(this.alert);
      this.#formatter = formatter;
    }
    return { alert: this.alert, line: this.#line };
  }
}
