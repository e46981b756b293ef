/** Alerts on their way from the engine to the sinks. */
export { NO_RETRY, type RetrySettings } from "./backoff.ts";
export { Delivery, type DeliveryOptions } from "./delivery.ts";
export type { DeliveryTarget, LaneCounters, LaneLimits } from "./lane.ts";
