/** What an operator decides about the permissions that a plugin asks for. */
import {
  isAsked,
  PERMISSION_KINDS,
  type PermissionKind,
  permissionsSchema,
  type PluginPermissions,
} from "../plugin/permissions.ts";
import { PackageError } from "../plugin/store/mod.ts";

export interface Choice {
  /** `net`, or `net=pager.example:443`. None: everything that is asked for. */
  readonly grant: readonly string[];
  /** In the same way; counts more than `grant`. */
  readonly deny: readonly string[];
}

/** One thing a plugin asks for. */
export interface Permission {
  readonly kind: PermissionKind;
  readonly value: string;
}

export function permissionsIn(all: PluginPermissions): readonly Permission[] {
  return PERMISSION_KINDS.flatMap((kind) => all[kind].map((value) => ({ kind, value })));
}

/** Throws `PackageError` (I017) for a choice of something that is not asked for. */
export function grantedBy({ grant, deny }: Choice, asked: PluginPermissions): PluginPermissions {
  const granted = grant.length === 0
    ? permissionsIn(asked)
    : grant.flatMap((text) => chosen(text, "--grant", asked));
  const denied = new Set(deny.flatMap((text) => chosen(text, "--deny", asked)).map(keyOf));
  return collected(granted.filter((permission) => !denied.has(keyOf(permission))));
}

/** What `now` asks for and `before` did not. */
export function newlyAsked(now: PluginPermissions, before: PluginPermissions): PluginPermissions {
  return collected(
    permissionsIn(now).filter(({ kind, value }) => !isAsked(kind, value, before[kind])),
  );
}

/** Both, each once. */
export function together(a: PluginPermissions, b: PluginPermissions): PluginPermissions {
  return collected([...permissionsIn(a), ...permissionsIn(b)]);
}

function chosen(text: string, flag: string, asked: PluginPermissions): readonly Permission[] {
  const [, word, value] = /^([a-z]+)(?:=(.*))?$/s.exec(text) ?? [];
  const kind = PERMISSION_KINDS.find((kind) => kind === word);
  if (!kind) {
    throw wrong(text, flag, `a permission is one of ${PERMISSION_KINDS.join(", ")}`, asked);
  }
  if (value === undefined) return asked[kind].map((value) => ({ kind, value }));
  // Less than what is asked for can be granted, in the same spelling; denied is what is asked for.
  const isOne = permissionsSchema.safeParse({ [kind]: [value] }).success;
  const fits = flag === "--grant"
    ? isOne && isAsked(kind, value, asked[kind])
    : asked[kind].includes(value);
  if (!fits) throw wrong(text, flag, "the plugin does not ask for it", asked);
  return [{ kind, value }];
}

function collected(permissions: readonly Permission[]): PluginPermissions {
  const of = (wanted: PermissionKind) => [
    ...new Set(permissions.filter(({ kind }) => kind === wanted).map(({ value }) => value)),
  ];
  return {
    net: of("net"),
    read: of("read"),
    write: of("write"),
    env: of("env"),
    run: of("run"),
    ffi: of("ffi"),
  };
}

const keyOf = ({ kind, value }: Permission) => `${kind}=${value}`;

function wrong(text: string, flag: string, what: string, asked: PluginPermissions): PackageError {
  const all = permissionsIn(asked).map(keyOf);
  return new PackageError("I017", `${flag} "${text}" cannot be used: ${what}`, {
    help: all.length === 0 ? "it asks for nothing" : `it asks for ${all.join(", ")}`,
  });
}
