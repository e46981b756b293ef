/** `type: openfaas` */
import * as z from "zod";
import { kubeName, kubePort, serviceKeys } from "../../../core/mod.ts";

export const schema = z.strictObject({
  function_name: kubeName().describe("Function that is called"),
  function_namespace: kubeName("openfaas-fn").describe("Namespace of the function"),
  gateway_service: kubeName("gateway").describe("Service of OpenFaaS's gateway"),
  gateway_namespace: kubeName("openfaas").describe("Namespace of the gateway"),
  gateway_port: kubePort(8080).describe(
    "Port of the gateway",
  ),
  ...serviceKeys,
});

export type OpenfaasConfig = z.output<typeof schema>;
