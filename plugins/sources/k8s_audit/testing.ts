/** What tests of inputs need: files that go away, and an intake that notes what it gets. */
import type { AuditInput, AuditIntake, InputContext, LossKind } from "./intake.ts";
import { auditEvents } from "./payload.ts";

/** An event as a log has it. */
export function line(id: string, note = ""): string {
  return JSON.stringify({
    kind: "Event",
    auditID: id,
    stageTimestamp: "2020-01-01T00:00:00Z",
    note,
  });
}

/** A folder of its own. */
export class Files implements Disposable {
  readonly folder = Deno.makeTempDirSync();

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Path of the file; `seconds` since the epoch is when it seems to have been written. */
  write(name: string, text: string, { seconds }: { readonly seconds?: number } = {}): string {
    const path = this.path(name);
    Deno.writeTextFileSync(path, text);
    if (seconds !== undefined) Deno.utimeSync(path, seconds, seconds);
    return path;
  }

  append(name: string, text: string): void {
    Deno.writeTextFileSync(this.path(name), text, { append: true });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

export interface Noted {
  readonly ids: readonly string[];
  /** Warnings. */
  readonly said: readonly string[];
  readonly passedOver: readonly LossKind[];
  readonly isReady: boolean;
}

export interface TakeOptions {
  readonly signal?: AbortSignal;
  /** Told of every event. */
  readonly taken?: (id: string) => void;
  /** So often the intake has too much. */
  readonly busyTimes?: number;
  readonly ready?: () => void;
}

/** Runs an input to its end. */
export async function idsTaken(input: AuditInput, options: TakeOptions = {}): Promise<Noted> {
  const ids: string[] = [], said: string[] = [];
  let isReady = false, busy = options.busyTimes ?? 0;
  const passedOver: LossKind[] = [];
  const intake: AuditIntake = {
    passOver: (kind) => void passedOver.push(kind),
    turnAway: () => {},
    take: (payload) => {
      if (busy-- > 0) return Promise.resolve({ kind: "busy", waitingBytes: 1 });
      const { events, problems } = auditEvents(payload, { maxEventBytes: 4096, maxDepth: 32 });
      for (const { value } of events) {
        ids.push(String(value.auditID));
        options.taken?.(String(value.auditID));
      }
      const problemCount = problems.length;
      return Promise.resolve({ kind: "taken", events: events.length, problems, problemCount });
    },
  };
  const nothing = () => {};
  const context = {
    signal: options.signal ?? new AbortController().signal,
    log: {
      debug: nothing,
      info: nothing,
      warning: (text: string) => void said.push(text),
      error: nothing,
    },
    ready: () => {
      isReady = true;
      options.ready?.();
    },
  } as unknown as InputContext;
  await input.run(intake, context);
  return { ids, said, passedOver, isReady };
}
