/** `type: kubeless` */
import * as z from "zod";
import { kubeName, kubePort, serviceKeys } from "../../../core/mod.ts";

export const schema = z.strictObject({
  function: kubeName().describe("Function that is called"),
  namespace: kubeName().describe("Namespace of the function"),
  port: kubePort(8080).describe("Port of its service"),
  ...serviceKeys,
});

export type KubelessConfig = z.output<typeof schema>;
