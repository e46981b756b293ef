import type { Priority } from "../alert/mod.ts";

/** What chats show a priority with: falcosidekick's colours, as RGB in hexadecimal. */
export const CHAT_COLORS: Readonly<Record<Priority, string>> = {
  Emergency: "e20b0b",
  Alert: "ff5400",
  Critical: "ff5400",
  Error: "e20b0b",
  Warning: "ffc700",
  Notice: "5bffb5",
  Informational: "68c2ff",
  Debug: "ccfff2",
};
