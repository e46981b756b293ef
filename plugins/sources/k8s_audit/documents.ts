/** Audit events as people hand them around: lines of a log, bodies of a webhook, parts of an event. */
import type { DocumentValue, EventDocuments } from "../../../core/mod.ts";
import { AuditEvent } from "./audit_event.ts";
import { auditEvents, type PayloadLimits } from "./payload.ts";

/** Whoever names a file has it already; what holds for those who send does not hold here. */
const LIMITS: PayloadLimits = { maxEventBytes: Number.MAX_SAFE_INTEGER, maxDepth: 512 };

/** k8s.io/apiserver pkg/apis/audit/v1 types.go and v1beta1 (`metadata`, `timestamp`), type Event. */
const KEYS = [
  "kind",
  "apiVersion",
  "metadata",
  "level",
  "timestamp",
  "auditID",
  "stage",
  "requestURI",
  "verb",
  "user",
  "impersonatedUser",
  "authenticationMetadata",
  "sourceIPs",
  "userAgent",
  "objectRef",
  "responseStatus",
  "requestObject",
  "responseObject",
  "requestReceivedTimestamp",
  "stageTimestamp",
  "annotations",
] as const;

/** The same every time. */
const AUDIT_ID = "00000000-0000-4000-8000-000000000000";
const TIME = "2026-01-01T00:00:00.000000Z";
const DECISION = "authorization.k8s.io/decision";
const OK = 200, CREATED = 201, UNKNOWN = 401, FORBIDDEN = 403;

export const auditDocuments: EventDocuments = {
  keys: KEYS,
  read: (text) => {
    const { events, problems } = auditEvents(text, LIMITS);
    const firstTimeNs = events[0]?.timeNs ?? 0n;
    return {
      events: events.map((document, index) => ({
        event: new AuditEvent(document, { number: index + 1, firstTimeNs }),
        value: document.value,
      })),
      problems: problems.map(({ detail }) => detail),
    };
  },
  complete: (part) => "auditID" in part || "items" in part ? part : completed(part),
};

/**
 * A request that was answered, and answered well. Nothing is made up that a rule could ask for by
 * itself: no user, no verb, no object.
 */
function completed(part: DocumentValue): DocumentValue {
  const { verb, responseStatus, annotations } = part;
  const code = codeOf(responseStatus) ?? (verb === "create" ? CREATED : OK);
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "RequestResponse",
    auditID: AUDIT_ID,
    stage: "ResponseComplete",
    requestReceivedTimestamp: TIME,
    stageTimestamp: TIME,
    ...part,
    responseStatus: responseStatus ?? { metadata: {}, code },
    annotations: annotations ?? decisionOf(code),
  };
}

/** Who is not known is not judged. */
function decisionOf(code: number): DocumentValue {
  return code === UNKNOWN ? {} : { [DECISION]: code === FORBIDDEN ? "forbid" : "allow" };
}

function codeOf(status: unknown): number | undefined {
  const code = typeof status === "object" && status !== null && "code" in status
    ? status.code
    : undefined;
  return typeof code === "number" ? code : undefined;
}
