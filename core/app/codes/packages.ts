/** `I`: plugins that are fetched and installed. */
import type { CodeEntry } from "./entry.ts";

export const PACKAGE_CODES: readonly CodeEntry[] = [
  {
    code: "I010",
    title: "archive that cannot be read",
    meaning: "The file is no tar archive, or it is damaged: cut short, or with wrong checksums.",
    matters: "What would be unpacked is not what somebody packed, so nothing is.",
  },
  {
    code: "I011",
    title: "archive that is too large",
    meaning: "The archive, or what it becomes when it is unpacked, has more than falcod takes.",
    matters:
      "A plugin is one module and a few files. A small file that becomes a huge one is an attack.",
  },
  {
    code: "I012",
    title: "archive with something that is no plain file",
    meaning:
      "Links, devices, setuid bits, paths that lead out of the archive or are there twice, and the " +
      "like are not unpacked.",
    matters: "They are how an archive gets to write where it should not.",
  },
  {
    code: "I020",
    title: "folder of plugins that cannot be used",
    meaning:
      "It cannot be read or written, is reached over a symbolic link, belongs to another user, or " +
      "others may write to it.",
    matters: "Whoever may write there decides what falcod, which runs as root, loads.",
  },
  {
    code: "I021",
    title: "lock file that cannot be used",
    meaning: "falcod-plugins.lock.json is not as falcod writes it.",
    matters:
      "It says what is installed and what each plugin may do. No plugin is loaded without it.",
  },
  {
    code: "I022",
    title: "somebody else is changing the plugins",
    meaning:
      "Another falcod plugin command holds the lock of the folder, for more than 30 seconds.",
    matters: "Two at a time would leave a folder and a lock file that do not fit.",
  },
  {
    code: "I023",
    title: "plugin that is not as it was installed",
    meaning: "A file of the plugin is missing, has other content, or came from elsewhere.",
    matters: "Somebody has changed what falcod is about to run. It does not run it.",
  },
];
