/** What this process may do, and how it gives that up: capabilities, users, core dumps. */
export { CAPABILITIES, type Capability } from "./capability.ts";
export { type Drop, dropPrivileges, hideMemory } from "./drop.ts";
export { handingOn } from "./hand_on.ts";
export { type Privileges, readPrivileges } from "./state.ts";
