/**
 * What is known of the machine: who runs, under which user, in which container.
 *
 * Sources report changes (core/event/change.ts), the tables here keep the result, fields read it. All
 * tables are bounded and say in counters what they had to give up. Nothing here throws on what an
 * event says: ids repeat, events get lost, and an attacker writes half of the input.
 */
export { State, type StateCounters, type StateOptions } from "./state.ts";
export {
  HOST_ID,
  type Process,
  type Thread,
  UNKNOWN_COMM,
  UNKNOWN_CREDENTIALS,
  UNKNOWN_IMAGE,
  UNKNOWN_MEMBERSHIP,
  UNSEEN_IMAGE,
  withVirtualPid,
} from "./process.ts";
export {
  ProcessTable,
  type ProcessTableCounters,
  type ProcessTableOptions,
} from "./process_table.ts";
export {
  beginningOf,
  cutImage,
  imageBytes,
  measureImage,
  TEXT_LIMITS,
  type TextLimits,
} from "./image_texts.ts";
export { cgroupTexts } from "./cgroup_texts.ts";
export type { AccountFiles, ReadAccounts } from "./container_users.ts";
export type { NameService } from "./name_service.ts";
export { DescriptorTable } from "./descriptor_table.ts";
export {
  type Group,
  parsePasswd,
  type User,
  UserTable,
  type UserTableOptions,
} from "./user_table.ts";
export {
  cgroupPaths,
  type ContainerEngineName,
  containerOf,
  type ContainerReference,
} from "./container_id.ts";
export { boundedLabels, boundedMounts } from "./container_bounds.ts";
export {
  type Container,
  type ContainerDetails,
  type ContainerMount,
  ContainerTable,
  type ContainerTableOptions,
  idAmong,
  NOTHING_TOLD,
  unknownContainer,
} from "./container_table.ts";
export { describeImage, type ImageName, parseImageName } from "./image_name.ts";
export { Changes } from "./changes.ts";
export { NameTable, type NameTableOptions, type ResolveName } from "./name_table.ts";
export { type HostFiles, hostFiles } from "./host_files.ts";
export type { LookUpThread } from "./_newcomers.ts";
