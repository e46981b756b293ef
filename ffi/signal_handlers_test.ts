import { assertRuns } from "../tests/own_process.ts";

Deno.test("handlers of signals that come at once take turns on the stack they have", () =>
  assertRuns(new URL("_signals_at_once.ts", import.meta.url)));
