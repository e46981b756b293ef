/** Settings of the replay source, as core/app takes them out of falco.yaml and the command line. */
import * as z from "zod";

export const replaySchema = z.object({
  captureFile: z.string().min(1),
  /** Of the recording, from its first event on. Absent: all of it. */
  seconds: z.number().positive().optional(),
});

export type ReplayConfig = z.infer<typeof replaySchema>;
