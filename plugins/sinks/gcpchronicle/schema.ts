/** `type: gcpchronicle` */
import * as z from "zod";
import { gcpKeys, setting } from "../../../core/mod.ts";

const { word } = setting;

const NAME = /^[A-Za-z0-9][\w-]{0,127}$/;
const name = (error: string) => word(error).regex(NAME, { error });

export const schema = z.strictObject({
  project_id: name("the id of a project").describe("Project of the instance"),
  region: name("a region, as eu or us").describe("Where the instance is"),
  instance_id: name("the id of an instance").describe("Instance that gets the alerts"),
  log_type: name("the name of a type").default("FALCO_IDS").describe(
    "Type of the logs, which says what parses them",
  ),
  ...gcpKeys,
});

export type GcpChronicleConfig = z.output<typeof schema>;
