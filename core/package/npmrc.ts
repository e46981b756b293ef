/**
 * Which registry of npm, and with which credentials: `.npmrc` of the user and of the machine, and the
 * variables that npm knows. A `.npmrc` in the folder where falcod happens to be started does not count:
 * it may be anybody's.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isExcepted } from "../http/proxy.ts";
import { Secret } from "../plugin/mod.ts";

export interface NpmSettings {
  /** Ends in a slash; absent where nobody has said which, or what was said is no http address. */
  registryOf(packageName: string): URL | undefined;
  /** What was said of it, whatever that is. */
  saidRegistry(packageName: string): string | undefined;
  /** `.npmrc` of the user. */
  readonly userFile: string;
  /** Value of the header, for servers that a line of `.npmrc` is about. */
  authorizationFor(url: URL): Secret | undefined;
  readonly certificateFile: string;
  /** As in the settings of sinks. */
  readonly proxyFor: (url: URL) => string;
}

type Environment = (name: string) => string | undefined;

const LARGEST_FILE = 1 << 20;

export function readNpmSettings(environment: Environment): NpmSettings {
  const home = environment("HOME") ?? "/root";
  const settings = new Map<string, string>();
  // Later ones count.
  const userFile = ownOr(environment, "userconfig", join(home, ".npmrc"));
  const files = [ownOr(environment, "globalconfig", "/etc/npmrc"), userFile];
  for (const file of files) {
    for (const [key, value] of readLines(file, environment)) settings.set(key, value);
  }
  const setting = (key: string) => fromEnvironment(environment, key) ?? settings.get(key);
  const saidRegistry = (name: string) => {
    const scope = name.startsWith("@") ? name.slice(0, name.indexOf("/")) : undefined;
    const scoped = scope === undefined ? undefined : settings.get(`${scope}:registry`);
    return scoped ?? setting("registry");
  };
  return {
    userFile,
    saidRegistry,
    registryOf: (name) => {
      const said = saidRegistry(name);
      return said === undefined ? undefined : registry(said);
    },
    authorizationFor: (url) => authorizationOf(settings, url),
    certificateFile: setting("cafile") ?? "",
    proxyFor: (url) => {
      const proxy = setting(url.protocol === "https:" ? "https-proxy" : "proxy");
      // npm takes these for none of its own.
      if (!proxy || proxy === "null" || proxy === "false") return "";
      const exceptions = setting("noproxy") ?? environment("no_proxy") ?? environment("NO_PROXY");
      return isExcepted(url, exceptions) ? "none" : proxy;
    },
  };
}

/** npm takes `npm_config_https_proxy` for `https-proxy`, in either case. */
function fromEnvironment(environment: Environment, key: string): string | undefined {
  const name = `npm_config_${key.replaceAll("-", "_")}`;
  return environment(name) || environment(name.toUpperCase()) || undefined;
}

function ownOr(environment: Environment, key: string, standard: string): string {
  return fromEnvironment(environment, key) ?? standard;
}

function registry(text: string): URL | undefined {
  const url = URL.parse(text.endsWith("/") ? text : `${text}/`);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** The line that is about the most of the address: `//host/path/:_authToken=…`. */
function authorizationOf(settings: ReadonlyMap<string, string>, url: URL): Secret | undefined {
  for (let path = url.pathname;;) {
    path = path.slice(0, path.lastIndexOf("/") + 1);
    const found = credentialsAt(settings, `//${url.host}${path}`);
    if (found) return new Secret({ value: found });
    if (path === "/") return undefined;
    path = path.slice(0, -1);
  }
}

function credentialsAt(settings: ReadonlyMap<string, string>, place: string): string | undefined {
  const token = settings.get(`${place}:_authToken`);
  if (token) return `Bearer ${token}`;
  const both = settings.get(`${place}:_auth`);
  if (both) return `Basic ${both}`;
  const user = settings.get(`${place}:username`), password = settings.get(`${place}:_password`);
  if (!user || !password) return undefined;
  const bytes = Uint8Array.from(atobOr(password), (unit) => unit.charCodeAt(0));
  const credentials = new Uint8Array([...new TextEncoder().encode(`${user}:`), ...bytes]);
  return `Basic ${credentials.toBase64()}`;
}

/** npm keeps passwords in Base64. */
function atobOr(text: string): string {
  try {
    return atob(text);
  } catch {
    return "";
  }
}

/** `key = value`, with `${VARIABLE}` in it; what is none of these is passed over, as npm does. */
function* readLines(path: string, environment: Environment): Generator<[string, string]> {
  for (const line of textOf(path).split(/\r?\n/)) {
    const [, key, given] = /^\s*([^#;=\s[][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || given === undefined) continue;
    const value = /^(["']).*\1$/.test(given) ? given.slice(1, -1) : given;
    yield [
      key,
      value.replace(/\$\{([^}]+)\}/g, (all, name: string) => environment(name) ?? all),
    ];
  }
}

/** "" where there is none. */
function textOf(path: string): string {
  try {
    const { size } = statSync(path);
    return size > LARGEST_FILE ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
