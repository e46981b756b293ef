/** `file_output` of falco.yaml, and what falcod adds to it. */
import * as z from "zod";
import { setting } from "../../../core/mod.ts";

const MODE = /^0?[0-7]{3}$/;
const wantedMode = 'three octal digits, as "0640"';

export const schema = z.strictObject({
  filename: setting.word().min(1, { error: "the path of a file" })
    .describe("Alerts are appended to this file; it is made where there is none"),
  keep_alive: setting.flag(false).describe(
    "The file stays open from one alert to the next, until SIGUSR1; false: it is opened for each batch",
  ),
  mode: setting.word().regex(MODE, { error: wantedMode }).default("0600")
    .describe("Permissions of files that falcod makes"),
  rotate: setting.section({
    max_size_mb: setting.whole({ min: 0, max: 1_048_576, standard: 0 })
      .describe(
        "A file that would grow beyond this many MiB is put aside first; 0: whatever its size",
      ),
    max_age: setting.duration({ standard: 0 })
      .describe(
        "A file older than this is put aside when the next alert comes; 0: whatever its age",
      ),
    keep: setting.whole({ min: 1, max: 10_000, standard: 5 })
      .describe("Files put aside that are kept: NAME.1 is the newest"),
    compress: setting.flag(true).describe("Files put aside are compressed: NAME.1.gz"),
  }).describe("When falcod itself begins a new file"),
});

export type FileConfig = z.output<typeof schema>;
