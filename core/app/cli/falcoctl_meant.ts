/** Commands of falcoctl: whoever comes from Falco tries them here, too. */
import { addressOfFalco } from "../../package/falco_artifacts.ts";
import { asArgument } from "./file_meant.ts";

/** The line to write, with what it does; absent where these words are none of falcoctl's. */
export function commandForFalcoctl(words: readonly string[]): string | undefined {
  const [group, action, ...rest] = words[0] === "falcoctl" ? words.slice(1) : words;
  switch (group) {
    case "driver":
      return "  falcod probe   what this kernel allows: falcod brings its probe along, and needs no driver";
    case "index":
      return "  falcod plugin add --index FILE NAME   with an index of falcoctl's that is a file here";
    case "registry":
      return "  falcod plugin add oci://HOST/REPOSITORY:TAG   from a registry of OCI";
    case "artifact":
      return commandForArtifacts(action, rest.find((word) => !word.startsWith("-")));
    default:
      return words[0] === "falcoctl"
        ? "  falcod plugin --help   what falcod has in place of falcoctl"
        : undefined;
  }
}

function commandForArtifacts(action: string | undefined, name: string | undefined): string {
  if (action === "list") return "  falcod plugin list   what is installed";
  if (action === "follow") return "  falcod plugin update   the latest of what is installed";
  if (action !== "install" || name === undefined) {
    return "  falcod plugin --help   what falcod has in place of falcoctl";
  }
  const [, artifact = name, tag] = /^([a-z][\w.-]*)(?::(\w[\w.-]*))?$/.exec(name) ?? [];
  const address = artifact.includes("/") ? `oci://${artifact}` : addressOfFalco(artifact, tag);
  // Libraries run with all of falcod's rights: that is said every time.
  const isRules = /-rules(?:[:@].*)?$/.test(artifact) || /\/rules(?:et)?\//.test(artifact);
  return `  falcod plugin add ${isRules ? "" : "--trusted "}${asArgument(address)}   installs it`;
}
