/**
 * Servers that sinks talk to by a connection of their own, and not by HTTP: how it is kept and
 * encrypted, what a failure is called, and what names depend on alerts.
 */
export { type HostAndPort, hostAndPort } from "./address.ts";
export { folderProblem, socketFaults, tlsFaults } from "./check.ts";
export { afterAccepted, failure, type FailureOptions } from "./failure.ts";
export { Link, type LinkOptions, sendAll } from "./link.ts";
export { OneWayLink, type OneWayRequest } from "./one_way.ts";
export { address as serverAddress, tlsSection } from "./schema.ts";
export { scram, type ScramExchange, type ScramHash } from "./scram.ts";
export { introduced, openSocket, secureSocket, type SocketRequest } from "./socket.ts";
export { type TlsOptions, tlsOptions, type TlsSettings } from "./tls.ts";
export { fillTopic, TOPIC_TOKENS } from "./topic.ts";
