/** What health checks get: Falco's `{"status":"ok"}`, and behind it how everything fares. */
import type { LaneCounters } from "../../delivery/mod.ts";
import type { GuestStatus } from "../../plugin/isolated/supervisor.ts";
import type { SourceHealth } from "../../plugin/mod.ts";
import { type Endpoint, jsonReply } from "../../web/mod.ts";
import type { OwnPrivileges } from "../privileges.ts";
import type { Refusal } from "../reload.ts";
import { readOnly } from "./read_only.ts";

export interface Health {
  /** What the process may do; absent: that is not known. */
  readonly privileges?: OwnPrivileges | undefined;
  readonly sources: readonly (SourceHealth & { readonly name: string })[];
  readonly outputs: readonly Pick<LaneCounters, "name" | "state" | "detail" | "queued">[];
  /** Of third parties; absent: there are none. */
  readonly plugins?: readonly GuestStatus[];
  /** Absent: what the files said at the last reload is in effect. */
  readonly refusedReload?: Refusal | undefined;
}

/**
 * 503 when a source is blind: starting again may help. An output that fails is told of and is no
 * reason: the alerts that wait for it would be lost. Nor is a reload that was refused: a start would be,
 * too, or would take away every rule.
 */
export function healthEndpoint(path: string, look: () => Health): Endpoint {
  return readOnly(path, () => {
    const { sources, outputs, plugins = [], privileges, refusedReload } = look();
    const isBlind = sources.some(({ state }) => state === "failed");
    return jsonReply({
      status: isBlind ? "failed" : "ok",
      sources: sources.map(({ name, state, detail }) => ({ name, state, detail })),
      privileges,
      refusedReload,
      outputs: outputs.filter(({ state }) => state !== "removed")
        .map(({ name, state, detail, queued }) => ({ name, state, detail, queued })),
      ...plugins.length > 0 && { plugins: plugins.map(pluginHealth) },
    }, { status: isBlind ? 503 : 200 });
  });
}

function pluginHealth({ name, kind, state, isIsolated, restarts, reason, usage }: GuestStatus) {
  return {
    name,
    kind,
    state,
    isolated: isIsolated,
    restarts,
    reason,
    ...usage && {
      cpuPercent: usage.cpuPercent,
      memoryMb: Math.ceil(usage.memoryBytes / 2 ** 20),
      heldBackMs: usage.heldBackMs,
    },
  };
}
