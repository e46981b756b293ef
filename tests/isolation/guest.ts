/** Plugins in processes of their own, as tests start them: what they say, and what becomes of them. */
import { ownProgram } from "../../core/base/mod.ts";
import { runtimeNeeds } from "../../core/app/guests.ts";
import type { ConversationLimits } from "../../core/plugin/isolated/conversation.ts";
import { GroupKeeper } from "../../core/plugin/isolated/keeper.ts";
import { userIdOf } from "../../core/plugin/isolated/policy.ts";
import { processLink } from "../../core/plugin/isolated/process_link.ts";
import { Supervisor } from "../../core/plugin/isolated/supervisor.ts";
import { NO_PERMISSIONS, type PluginPermissions } from "../../core/plugin/permissions.ts";
import { refuseLowWalls } from "../../core/plugin/third_party/guests.ts";

const MEMORY_BYTES = 160 << 20;

export interface GuestRequest {
  /** The module, JavaScript. */
  readonly module: string;
  readonly kind?: "sink" | "source" | "formatter";
  readonly config?: unknown;
  readonly permissions?: Partial<PluginPermissions>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: Partial<ConversationLimits>;
  /** Of one CPU; absent: no bound. */
  readonly cpuShare?: number;
}

/** One plugin; it ends when disposed. */
export class TestGuest implements AsyncDisposable {
  readonly supervisor: Supervisor;
  /** Of the plugin's log and of the log about it. */
  readonly lines: string[] = [];
  readonly #keeper: GroupKeeper;
  #news = Promise.withResolvers<void>();

  constructor(request: GuestRequest) {
    const { module, kind = "sink", config = {}, environment = {}, limits = {}, cpuShare } = request;
    const permissions = { ...NO_PERMISSIONS, ...request.permissions };
    const { runtimeFolders, runtimeEnvironment } = runtimeNeeds((name) => Deno.env.get(name));
    const say = (line: string) => {
      if (this.lines.length < 1000) this.lines.push(line);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    };
    this.#keeper = new GroupKeeper({
      program: programUnderTest(),
      environment: runtimeEnvironment,
      starting: (start) => start(),
      warn: say,
    });
    this.supervisor = new Supervisor({
      name: "guest",
      kind,
      isIsolated: true,
      log: { debug: say, info: say, warning: say, error: say },
      start: { kind, config, type: "text/javascript" },
      entry: new TextEncoder().encode(module),
      checkWalls: refuseLowWalls,
      bounds: { memoryBytes: MEMORY_BYTES + (96 << 20), ...cpuShare && { cpuShare } },
      limits,
      backOff: { firstMs: 50, maxMs: 50, forgivenMs: 60_000 },
      link: () =>
        processLink({
          program: programUnderTest(),
          policy: {
            permissions,
            userId: userIdOf("guest"),
            memoryBytes: MEMORY_BYTES,
            runtimeFolders,
          },
          environment: { ...runtimeEnvironment, ...environment },
          onSaid: say,
          keeper: permissions.run.length > 0 ? this.#keeper : undefined,
        }),
    });
  }

  /** Resolves when a line has the text. */
  async says(text: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((line) => line.includes(text));
      if (line !== undefined) return line;
      await this.#news.promise;
    }
  }

  /** Resolves with the reason when it has been started again. */
  async restarts(): Promise<string> {
    while (this.supervisor.status().restarts === 0) await this.#news.promise;
    return this.supervisor.status().reason!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.stop();
    this.#keeper.close();
  }
}

/** A sink that does something when it is opened, and says what came of it. */
export function attempting(code: string): string {
  return `export default { kind: "sink", definition: { open: async ({ log, config }) => {
  try { log.info("GOT " + await (async () => { ${code} })()); }
  catch (error) { log.info("REFUSED " + error.name + ": " + error.message); }
  return { write() {} };
} } };`;
}

/** What came of an attempt, from its first word on. */
export async function attempt(
  code: string,
  request: Omit<GuestRequest, "module"> = {},
): Promise<string> {
  await using guest = new TestGuest({ ...request, module: attempting(code) });
  const opened = guest.supervisor.running();
  opened.catch(() => {});
  const outcome = await Promise.race([
    guest.says("GOT "),
    guest.says("REFUSED "),
    guest.restarts().then((reason) => `GONE ${reason}`),
  ]);
  return outcome;
}

/** The sources, or the binary that FALCOD_BINARY names. */
function programUnderTest() {
  const binary = Deno.env.get("FALCOD_BINARY");
  return binary ? { path: binary, args: [] } : ownProgram();
}
