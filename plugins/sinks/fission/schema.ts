/** `type: fission` */
import * as z from "zod";
import { kubeName, kubePort, serviceKeys, setting } from "../../../core/mod.ts";

/** One of another namespace has it in front. */
const FUNCTION = /^(?:[a-z0-9][-a-z0-9]{0,62}\/)?[a-z0-9][-a-z0-9.]{0,252}$/;

export const schema = z.strictObject({
  function: setting.word().regex(FUNCTION, { error: "the name of a function, or NAMESPACE/NAME" })
    .describe(
      "Function that is called; NAMESPACE/NAME, if it is not in the namespace default",
    ),
  router_service: kubeName("router").describe("Service of Fission's router"),
  router_namespace: kubeName("fission").describe("Namespace of the router"),
  router_port: kubePort(80).describe("Port of the router"),
  ...serviceKeys,
});

export type FissionConfig = z.output<typeof schema>;
