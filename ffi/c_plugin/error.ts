/** How a plugin of Falco's that cannot be used is reported. */

/**
 * - `missing`: there is no such file;
 * - `not-a-library`: the file is no shared library for this machine;
 * - `no-permission`: Deno may not call native libraries;
 * - `load-failed`: the loader of the system refused it;
 * - `not-a-plugin`: functions are missing that every plugin has, or half of a capability;
 * - `api-version`: it is made for another version of the interface;
 * - `malformed`: what it says of itself cannot be understood;
 * - `failed`: a call did not succeed; the message is the plugin's.
 */
export type CPluginErrorCode =
  | "missing"
  | "not-a-library"
  | "no-permission"
  | "load-failed"
  | "not-a-plugin"
  | "api-version"
  | "malformed"
  | "failed";

export class CPluginError extends Error {
  override readonly name = "CPluginError";

  constructor(
    readonly code: CPluginErrorCode,
    message: string,
    /** What the person at the keyboard can do about it. */
    readonly help: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
