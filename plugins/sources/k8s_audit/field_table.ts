/** Everything rules may ask of an audit event. */
import { commonFields, type FieldTable, tableOf } from "../../../core/mod.ts";
import { auditFields } from "./fields.ts";
import { jsonFields } from "./fields_json.ts";

export const k8sAuditFields: FieldTable = tableOf([
  ...commonFields,
  ...auditFields,
  ...jsonFields,
]);
