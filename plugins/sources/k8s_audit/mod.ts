/**
 * Audit events of Kubernetes API servers: posted by their webhook, or out of their log files. Falco's
 * plugins k8saudit and json in one.
 *
 * A payload goes through `payload.ts`, which takes it apart, and `intake.ts`, which hands the events to
 * the rules in slices; `AuditEvent` is one of them, `fields*.ts` what rules may ask of it.
 */
import type { SourcePlugin } from "../../../core/mod.ts";
import { K8S_AUDIT } from "./audit_event.ts";
import { auditDocuments } from "./documents.ts";
import { k8sAuditFields } from "./field_table.ts";
import { type K8sAuditConfig, k8sAuditSchema } from "./schema.ts";
import { K8sAuditSource } from "./source.ts";

const plugin: SourcePlugin<K8sAuditConfig> = {
  kind: "source",
  name: K8S_AUDIT,
  summary: "Audit events of Kubernetes API servers, from their webhook or out of files",
  schema: k8sAuditSchema,
  fields: k8sAuditFields,
  documents: auditDocuments,
  check: async (config) => await (await import("./check.ts")).inputFaults(config),
  create: (config) => new K8sAuditSource(config),
};

export default plugin;
