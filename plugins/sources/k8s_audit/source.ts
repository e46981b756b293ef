/** The k8s_audit source: inputs that get payloads, and the one intake they all feed. */
import type { EventNeeds, Source, SourceContext, SourceCounters } from "../../../core/mod.ts";
import { K8S_AUDIT } from "./audit_event.ts";
import { type AuditInput, Intake } from "./intake.ts";
import type { InputConfig, K8sAuditConfig } from "./schema.ts";

export class K8sAuditSource implements Source {
  readonly name = K8S_AUDIT;
  readonly isRecorded: boolean;
  readonly listens: boolean;
  readonly #config: K8sAuditConfig;
  #intake: Intake | undefined;

  constructor(config: K8sAuditConfig) {
    this.#config = config;
    this.isRecorded = config.isRecorded;
    this.listens = config.inputs.some(({ kind }) => kind === "http");
  }

  /** Ends when all inputs have; one that fails ends the others. What was taken is judged in any case. */
  async run(_needs: EventNeeds, context: SourceContext): Promise<void> {
    const { inputs: configs, maxEventBytes, maxDepth, maxWaitingBytes } = this.#config;
    const limits = { maxEventBytes, maxDepth, maxWaitingBytes };
    const intake = this.#intake = new Intake({ context, ...limits });
    const stop = new AbortController();
    const signal = AbortSignal.any([context.signal, stop.signal]);
    const inputs = await Promise.all(configs.map((config) => openInput(config, this.#config)));
    const waiting = new Set(inputs);
    try {
      await Promise.all(inputs.map(async (input) => {
        const ready = () => {
          if (waiting.delete(input) && waiting.size === 0) context.ready();
        };
        try {
          await input.run(intake, { ...context, signal, ready });
        } catch (error) {
          stop.abort();
          throw error;
        }
      }));
    } finally {
      await intake.end();
    }
  }

  update(_needs: EventNeeds): void {
    // Rules see every event: what none of them asks for is not looked at.
  }

  get dropsHelp(): string {
    const { problems } = this.#intake?.counters ?? NOTHING;
    if (problems.has("body-too-large")) {
      return "webhookMaxBatchSize in init_config of plugin k8saudit says how large bodies may be; " +
        "--audit-webhook-batch-max-size of the API server makes them smaller";
    }
    return problems.has("too-large")
      ? "maxEventSize in init_config of plugin k8saudit says how large events may be"
      : "the log shows how one of them begins";
  }

  counters(): SourceCounters {
    const { events, refused, problems } = this.#intake?.counters ?? NOTHING;
    return {
      events,
      refused,
      "drops.malformed": problems.get("malformed") ?? 0,
      "drops.too_large": problems.get("too-large") ?? 0,
      "drops.too_deep": problems.get("too-deep") ?? 0,
      // However many events were in each.
      "drops.too_large_bodies": problems.get("body-too-large") ?? 0,
      "drops.not_recognized": problems.get("not-an-event") ?? 0,
    };
  }
}

const NOTHING = { events: 0, refused: 0, problems: new Map<string, number>() };

/** Loaded when it is asked for: most runs need one kind. */
async function openInput(
  input: InputConfig,
  { maxEventBytes }: K8sAuditConfig,
): Promise<AuditInput> {
  // A line may hold a list of events, as a body does.
  const maxLineBytes = Math.max(maxEventBytes, MAX_LINE_BYTES);
  switch (input.kind) {
    case "path": {
      const { FileInput } = await import("./file_input.ts");
      return new FileInput(input.path, { maxLineBytes });
    }
    case "tail": {
      const { TailInput } = await import("./tail_input.ts");
      return new TailInput(input.path, { maxLineBytes, stateDirectory: input.stateDirectory });
    }
    case "http": {
      const { HttpInput } = await import("./http_input.ts");
      return new HttpInput(input);
    }
    default:
      return input satisfies never;
  }
}

const MAX_LINE_BYTES = 16 << 20;
