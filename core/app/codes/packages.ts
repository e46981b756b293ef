/** `I`: plugins that are fetched and installed. */
import { type CodeEntry, commands } from "./entry.ts";

/** A package with rules, as a folder. */
const SHELLS = {
  "shells/falcod-plugin.json":
    `{"name": "shells", "version": "1.0.0", "kind": "rules", "description": "Lists of shells",
 "api": "^1.0.0", "files": [{"path": "rules.yaml",
 "sha256": "02ddb59ecb3db1a1c3c3d87828cfdfa4e607afa7d97ad0224ff799c2c23a50be"}]}
`,
  "shells/rules.yaml": "- list: shells\n  items: [bash, zsh]\n",
};

/** What a maker publishes beside an archive. */
const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/** An index with one entry, whose signature is by this identity, and by what else is said. */
const index = (more: string) => ({
  "index.yaml": `- name: pager
  registry: registry.example
  repository: pager
  signature:
    cosign:
      certificate-identity: https://ci.example/pager/release
${more}`,
});

export const PACKAGE_CODES: readonly CodeEntry[] = [
  {
    code: "I001",
    title: "place of a package that is not understood",
    meaning:
      "It is no folder or archive, no https:// address, no npm: name and no oci:// repository.",
    matters: "Nothing is fetched from where it is not clear what comes.",
    example: commands(
      "falcod plugin info http://example.org/pager.tgz",
      `falcod plugin info https://example.org/pager.tgz --sha256 ${SHA256}`,
    ),
  },
  {
    code: "I002",
    title: "package that cannot be fetched",
    meaning: "The server, the registry or the file does not give it.",
    matters: "There is nothing to install.",
    example: commands(
      ["falcod plugin info ./shels", SHELLS],
      ["falcod plugin info ./shells", SHELLS],
    ),
  },
  {
    code: "I003",
    title: "version that is not there",
    meaning: "The registry has no such version, or none for this kind of machine.",
    matters: "Another version may be another plugin, so none is taken in its place.",
  },
  {
    code: "I004",
    title: "package with another checksum",
    meaning: "What came is not what the registry, the address or --sha256 says.",
    matters: "It was changed by somebody. It is not even unpacked.",
  },
  {
    code: "I005",
    title: "package without a checksum",
    meaning: "Nothing says what the archive has to be: neither --sha256 nor the registry.",
    matters: "Whoever can change the server, or the way to it, could have anything installed.",
    example: commands(
      "falcod plugin info https://example.org/pager.tgz",
      `falcod plugin info https://example.org/pager.tgz --sha256 ${SHA256}`,
    ),
  },
  {
    code: "I006",
    title: "plugin that is not signed as it has to be",
    meaning:
      "Nobody has signed it, or somebody else, or something else was signed. Who has to sign is in the " +
      "index that --index names, or was when the plugin was installed; Falco's own plugins and rules " +
      "at ghcr.io are signed by the workflows of their repositories.",
    matters: "Whoever got hold of the registry could have anything installed.",
  },
  {
    code: "I007",
    title: "index, key or trusted root that cannot be used",
    meaning:
      "A file that says who has to sign, or whose word for that counts, cannot be read, is none, or " +
      "does not say it.",
    matters: "Without it nobody knows whether a signature is the right one.",
    example: commands(
      ["falcod plugin info oci://registry.example/pager:1 --index index.yaml", index("")],
      [
        "falcod plugin info oci://registry.example/pager:1 --index index.yaml",
        index("      certificate-oidc-issuer: https://ci.example\n"),
      ],
    ),
  },
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
    code: "I013",
    title: "package with no plugin in it",
    meaning:
      "There is no falcod-plugin.json, and neither one of Falco's libraries nor rules alone.",
    matters: "Nothing says what it is and what it asks for.",
  },
  {
    code: "I014",
    title: "package that is not as its manifest says",
    meaning: "A file that the manifest names is missing, or has another SHA-256.",
    matters: "Whoever wrote the manifest did not see this file.",
  },
  {
    code: "I015",
    title: "name that is taken",
    meaning: "The plugin is called as one of falcod's own, or as one installed from elsewhere.",
    matters: "A configuration that means one of them would get the other.",
  },
  {
    code: "I016",
    title: "native code",
    meaning: "The package is a library of Falco's, and --trusted does not stand there.",
    matters: "It runs inside falcod, as root, and no permission holds it back.",
  },
  {
    code: "I017",
    title: "permission that cannot be granted or denied",
    meaning: "--grant or --deny name what is no permission, or what the plugin does not ask for.",
    matters: "It would do nothing, and somebody meant something by it.",
  },
  {
    code: "I018",
    title: "nobody agreed",
    meaning: "Nobody was there to be asked, or the answer was no.",
    matters: "A plugin is installed only when somebody wants what it asks for.",
  },
  {
    code: "I019",
    title: "update that asks for more",
    meaning:
      "The new version asks for what the installed one did not, is another plugin, or would come from " +
      "another registry of npm than the installed one did.",
    matters: "A plugin that was harmless when it was installed may not be harmless now.",
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
    meaning: "falcod-plugins.lock.json is not as falcod writes it, or would become too large.",
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
  {
    code: "I024",
    title: "plugin that is not installed",
    meaning: "None of that name is in the lock file.",
    matters: "There is nothing to show, update, verify or remove.",
    example: commands(
      ["falcod plugin info shells --dir ./plugins", SHELLS],
      ["falcod plugin info ./shells", SHELLS],
    ),
  },
  {
    code: "I030",
    title: "plugin that cannot be begun",
    meaning: "The name is none a plugin can have, or there is something in the folder already.",
    matters: "Nothing that is there is overwritten.",
    example: commands(
      "falcod plugin new sink ../pager --folder ./plugins/pager",
      "falcod plugin new sink pager --folder ./plugins/pager",
    ),
  },
];
