/** What plugins may do besides computing: what a manifest asks for, and what of that was granted. */
import * as z from "zod";

/** So many of each kind. */
const MAX_ENTRIES = 64;

/** Reports each item whose key an earlier one had. */
export function noDuplicates<Item>(keyOf: (item: Item) => string) {
  return (items: readonly Item[], context: z.RefinementCtx) => {
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      const key = keyOf(item);
      if (seen.has(key)) {
        context.addIssue({ code: "custom", path: [index], message: `no second "${key}"` });
      }
      seen.add(key);
    }
  };
}

const list = (item: z.ZodType<string>) =>
  z.array(item, { error: "a sequence" })
    .max(MAX_ENTRIES, { error: `at most ${MAX_ENTRIES} entries` })
    .superRefine(noDuplicates((text) => text)).default([]);

// deno-lint-ignore no-control-regex
const PLAIN_TEXT = /^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/;

function isNormalized(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** A file of a package, from its folder on. */
export const pluginPath = z.string({ error: "a relative path" })
  .max(256, { error: "at most 256 characters" })
  .refine((path) => isNormalized(path) && /^[\w][\w.+@/-]*$/.test(path), {
    error: "a relative path of letters, digits and . _ - + @, without ..",
  });

/** A file or folder of the machine. Deno takes commas apart, so there are none. */
const absolutePath = z.string({ error: "an absolute path" })
  .max(1024, { error: "at most 1024 characters" })
  .refine((path) =>
    path.startsWith("/") && isNormalized(path.slice(1)) && PLAIN_TEXT.test(path) &&
    !path.includes(",") && path.isWellFormed(), {
    error: "an absolute path without .., // or a / at its end",
  });

/** `host:port`, `10.0.0.1:443`, `[::1]:443`, or `*` for every address. */
const NET = /^(?!.*\.\.)(?:[a-z0-9][a-z0-9._-]{0,252}|\[[0-9a-f:.]{2,45}\]):([1-9]\d{0,4})$/;
const address = z.string({ error: "host:port" }).max(300, { error: "at most 300 characters" })
  .refine((text) => text === "*" || Number(NET.exec(text)?.[1] ?? Infinity) <= 65535, {
    error: "host:port in lower case, or * for every address",
  });

/**
 * What the runtime and the C library read themselves: who could set these, or ask that they be handed
 * on, could change what runs.
 */
const RESERVED_ENV =
  /^(?:LD_|DENO_|NODE_|NPM_|OTEL_|V8_|GCONV_|MALLOC_|GLIBC_|LOCPATH$|NLSPATH$|PATH$|HOME$|RUST_)/;
const envName = z.string({ error: "the name of a variable" })
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, { error: "the name of a variable" })
  .refine((name) => !RESERVED_ENV.test(name), {
    error: "a variable that is the plugin's: this one has a meaning to the runtime",
  });

/** `permissions` of a manifest, and `granted` of an installed plugin. */
export const permissionsSchema = z.strictObject({
  net: list(address),
  read: list(absolutePath),
  write: list(absolutePath),
  env: list(envName),
  run: list(absolutePath),
  ffi: list(absolutePath),
}, { error: "a mapping of net, read, write, env, run, ffi" }).prefault({});

export type PluginPermissions = Readonly<
  { [Kind in keyof z.output<typeof permissionsSchema>]: readonly string[] }
>;
export type PermissionKind = keyof PluginPermissions;

export const PERMISSION_KINDS = ["net", "read", "write", "env", "run", "ffi"] as const;

export const NO_PERMISSIONS: PluginPermissions = {
  net: [],
  read: [],
  write: [],
  env: [],
  run: [],
  ffi: [],
};

/** Whether `granted`, one entry of a kind, is no more than what `asked` has. */
export function isAsked(kind: PermissionKind, granted: string, asked: readonly string[]): boolean {
  if (asked.includes(granted)) return true;
  if (kind === "net") return asked.includes("*");
  if (kind !== "read" && kind !== "write") return false;
  return asked.some((path) => granted.startsWith(`${path}/`));
}

/** What is left of `granted` when only what was asked for counts. */
export function grantedOf(
  asked: PluginPermissions,
  granted: PluginPermissions,
): PluginPermissions {
  const kept = (kind: PermissionKind) =>
    granted[kind].filter((entry) => isAsked(kind, entry, asked[kind]));
  return {
    net: kept("net"),
    read: kept("read"),
    write: kept("write"),
    env: kept("env"),
    run: kept("run"),
    ffi: kept("ffi"),
  };
}

export interface Grants {
  /** What was asked for and is granted. */
  readonly permissions: PluginPermissions;
  /** Granted for nothing, as "net example.com:443". */
  readonly notAsked: readonly string[];
  /** Asked for, with nothing of it granted. */
  readonly notGranted: readonly string[];
}

/** What somebody grants, held against what a manifest asks for. */
export function grantsOf(asked: PluginPermissions, given: PluginPermissions): Grants {
  const entries = (
    of: PluginPermissions,
    isWanted: (kind: PermissionKind, entry: string) => boolean,
  ) =>
    PERMISSION_KINDS.flatMap((kind) =>
      of[kind].filter((entry) => isWanted(kind, entry)).map((entry) => `${kind} ${entry}`)
    );
  return {
    permissions: grantedOf(asked, given),
    notAsked: entries(given, (kind, entry) => !isAsked(kind, entry, asked[kind])),
    notGranted: entries(
      asked,
      (kind, entry) => !given[kind].some((granted) => isAsked(kind, granted, [entry])),
    ),
  };
}
