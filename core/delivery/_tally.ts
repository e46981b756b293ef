/** What became of the alerts of a lane; `LaneCounters` says what each is. */
export class Tally {
  underWay = 0;
  delivered = 0;
  dropped = 0;
  missed = 0;
  failed = 0;
  rejected = 0;
  expired = 0;
  retries = 0;
  repeated = 0;
  kept = 0;
}
