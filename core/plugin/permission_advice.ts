/** What to do about something that a plugin may not, and how to find it out before it is tried. */
import { isAsked, type PermissionKind, type PluginPermissions } from "./permissions.ts";
import type { SinkFault } from "./plugin.ts";

/** Behind what was wanted; `asked` is what its manifest asks for, where that is known. */
export function notGrantedText(
  kind: PermissionKind,
  { wanted, granted, asked }: {
    /** As the runtime calls it; absent: it does not say. */
    readonly wanted: string | undefined;
    readonly granted: readonly string[];
    readonly asked: readonly string[] | undefined;
  },
): string {
  const has = granted.length > 0 ? `it has ${granted.join(", ")}` : "it has none";
  const isInVain = wanted !== undefined && asked !== undefined && !isAsked(kind, wanted, asked);
  return isInVain
    ? `which nobody granted it, and nobody can: its manifest does not ask for it (of ${kind} ` +
      `${has}; ${addToManifest(kind, wanted)})`
    : `which nobody granted it (of ${kind} ${has}; ${grantIt(kind, wanted)})`;
}

function addToManifest(kind: PermissionKind, wanted: string): string {
  return `add "${wanted}" to permissions.${kind} of its falcod-plugin.json, or have its maker do so, ` +
    "and install it again: falcod plugin add";
}

function grantIt(kind: PermissionKind, wanted = "…"): string {
  return `falcod plugin add --grant ${kind}=${wanted} grants it, or permissions.${kind} in its entry ` +
    "of plugins does";
}

/** Keys whose values are addresses that a sink goes to, and no links in what it writes. */
const ADDRESS_KEY = /(?:^|_)(?:ur[li]|endpoint|address|webhook|server|host)s?$/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
  "ws:": "80",
  "wss:": "443",
};

/** Addresses among the keys of a sink to which it will not get. */
export function addressFaults(
  config: unknown,
  { granted, asked }: { readonly granted: PluginPermissions; readonly asked: PluginPermissions },
): readonly SinkFault[] {
  if (granted.net.includes("*") || typeof config !== "object" || config === null) return [];
  return Object.entries(config).flatMap(([key, value]) => {
    const place = typeof value === "string" && ADDRESS_KEY.test(key) ? placeOf(value) : undefined;
    if (place === undefined || granted.net.includes(place)) return [];
    const may = granted.net.length > 0 ? granted.net.join(", ") : "nowhere";
    const isInVain = !isAsked("net", place, asked.net);
    return [{
      path: [key],
      what: `the plugin may not connect to ${place} (it may to ${may})` +
        (isInVain ? ", and its manifest does not ask for it" : ""),
      help: isInVain ? addToManifest("net", place) : grantIt("net", place),
    }];
  });
}

/** `host:port`, as permissions have it. */
function placeOf(text: string): string | undefined {
  const url = URL.parse(text);
  const port = url && (url.port || DEFAULT_PORTS[url.protocol]);
  return url && url.hostname !== "" && port ? `${url.hostname.toLowerCase()}:${port}` : undefined;
}
