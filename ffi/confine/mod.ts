/**
 * Processes that can do little: what runs the plugins of third parties.
 *
 * Landlock counts for one thread and what it starts, and a runtime has many threads before it runs a line
 * of ours. So a process restricts its first thread (`restrictFiles`) and becomes the same program again
 * (`becomeProgram`), all of whose threads inherit that. User, limits and seccomp count for all threads
 * at once, and come when everything is loaded that has to be read.
 */
export { type LandlockRules, landlockVersion, restrictFiles } from "./landlock.ts";
export {
  becomeProgram,
  becomeUser,
  dieWithParent,
  giveWay,
  leaveTerminal,
  limitProcess,
  type ProcessLimits,
  refuseNewPrivileges,
} from "./process.ts";
export { type AllowedCalls, refuseCalls } from "./seccomp.ts";
