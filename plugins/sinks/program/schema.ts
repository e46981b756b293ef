/** `program_output` of falco.yaml, and what falcod adds to it. */
import * as z from "zod";
import { setting } from "../../../core/mod.ts";

export const schema = z.strictObject({
  program: setting.word().min(1, { error: "a command for /bin/sh" })
    .describe("A command for /bin/sh, which gets alerts on its standard input"),
  keep_alive: setting.flag(false).describe(
    "One program gets all alerts, a line each, and is started again when it has ended; " +
      "false: one is started for each alert",
  ),
  check_status: setting.flag(false).describe(
    "A program started for one alert has not taken it if it ends with a status other than 0: " +
      "it is started again",
  ),
});

export type ProgramConfig = z.output<typeof schema>;
