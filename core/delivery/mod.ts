/** Alerts on their way from the engine to the sinks. */
export { type AdaptAlert, addFields, addTags, compileField, compileMessage } from "./adapt.ts";
export { alertFields } from "./alert_fields.ts";
export { NO_RETRY, type RetrySettings } from "./backoff.ts";
export { type DeadLetterOptions, DeadLetters } from "./dead_letters.ts";
export { Delivery, type DeliveryOptions, type DeliverySettings } from "./delivery.ts";
export { type HeldBack, type HoldBackSettings, KEY_PARTS } from "./hold_back.ts";
export { REPEATED_FIELD } from "./_carrier.ts";
export type { LaneCounters } from "./lane.ts";
export type { WantedTarget } from "./lanes.ts";
export type { DeliveryTarget, LaneLimits } from "./target.ts";
export { type AlertTest, compileMatch, fieldsInMatch, type MatchField } from "./match.ts";
export { Spool, type SpoolOptions } from "./spool/spool.ts";
export type { StoreCounters } from "./store.ts";
