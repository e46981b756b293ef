/** Alerts on their way from the engine to the sinks. */
export { NO_RETRY, type RetrySettings } from "./backoff.ts";
export { Delivery, type DeliveryOptions } from "./delivery.ts";
export { type DeliveryTarget, type LaneCounters, type LaneLimits, REPEATED_FIELD } from "./lane.ts";
export { Spool, type SpoolOptions } from "./spool/spool.ts";
export type { StoreCounters } from "./store.ts";
