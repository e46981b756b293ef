/**
 * falcod for plugins: everything a source, formatter or sink needs, and the only module of core it
 * imports. Start with the interface of its kind in `plugin/plugin.ts`; the plugin is an object with
 * that interface, the default export of its `mod.ts`.
 */
export * from "./base/mod.ts";
export * from "./base/file_mark.ts";
export * from "./base/ip.ts";
export * from "./base/pem.ts";
export * from "./event/mod.ts";
export * from "./state/mod.ts";
export * from "./scap/mod.ts";
export * from "./replay/mod.ts";
export * from "./field/mod.ts";
export * from "./alert/mod.ts";
export * from "./plugin/mod.ts";
export * from "./forward/mod.ts";
export * from "./http/mod.ts";
export * from "./aws/mod.ts";
export * from "./gcp/mod.ts";
export * from "./kube/mod.ts";
export * from "./otlp/mod.ts";
export * from "./peer/mod.ts";
// What endpoints need; servers come with the context of a source, and load a good deal.
export * from "./web/body.ts";
export * from "./web/body_room.ts";
export * from "./web/connections.ts";
export * from "./web/endpoint.ts";
export * from "./web/limits.ts";
export * from "./web/reply.ts";
