/**
 * What falcod takes of undici, by its own paths: the face of the package loads a browser's worth of other
 * things.
 */
import type { Duplex } from "node:stream";
import type * as undici from "undici";
import client from "undici/lib/dispatcher/client.js";
import connector from "undici/lib/core/connect.js";

export const Client: typeof undici.Client = client;
export type Client = undici.Client;
export type ClientOptions = undici.Client.Options;

/** Resolves names, connects, speaks TLS. */
export type Connect = undici.buildConnector.connector;

/** The connector returns at once what it works on. */
export const buildConnector: (
  options: undici.buildConnector.BuildOptions,
) => (...given: Parameters<Connect>) => Duplex = connector;
