/** `privileges:` in falco.yaml, falcod's own: what the process keeps of its rights once it watches. */
import { didYouMean, type Report } from "../../base/mod.ts";
import { flag, listOf, section, text, word } from "./_types.ts";
import type { LoadedConfig } from "./load.ts";
import { placeOf } from "./tree.ts";

export const privilegesSection = section({
  drop: flag(true).describe(
    "Give up, once everything is attached and open, what is not needed any more",
  ),
  user: text().describe(
    "Become this user then: name or number, with :GROUP where it is not its own",
  ),
  keep: listOf(
    word().regex(/^CAP_[A-Z_]{1,40}$/, { error: "the name of a capability, as CAP_NET_ADMIN" }),
  ).describe("Capabilities to keep beside those that falcod needs, for plugins and programs"),
});

export interface PrivilegeSettings {
  readonly drop: boolean;
  readonly keep: readonly string[];
  /** Absent: it stays who it is. */
  readonly user?: Account;
}

export interface Account {
  readonly userId: number;
  readonly groupId: number;
  /** Others that it belongs to. */
  readonly groups: readonly number[];
}

/** The last number means "no user" to the kernel. */
const MAX_ID = 2 ** 32 - 2;

/** Who the user is; `files` are those of accounts. What nobody is called is reported. */
export function privilegeSettings(
  { config, root }: Pick<LoadedConfig, "config" | "root">,
  report: Report,
  files: { readonly passwd: string; readonly group: string } = accountFiles(),
): PrivilegeSettings {
  const { drop, keep, user } = config.privileges;
  if (user === "") return { drop, keep };
  const [name = "", groupName] = user.split(":", 2);
  const users = entriesOf(files.passwd), groups = entriesOf(files.group);
  const found = users.find((entry) => entry[0] === name || entry[2] === name);
  const userId = idIn(found?.[2] ?? name);
  const groupId = groupName === undefined
    ? idIn(found?.[3] ?? "")
    : idIn(groups.find((entry) => entry[0] === groupName)?.[2] ?? groupName);
  if (userId !== undefined && groupId !== undefined) {
    const isMember = ([, , , members = ""]: readonly string[]) =>
      found !== undefined && members.split(",").includes(found[0]!);
    const others = groups.filter(isMember).flatMap((entry) => idIn(entry[2] ?? "") ?? []);
    return { drop, keep, user: { userId, groupId, groups: others } };
  }
  const isUser = userId === undefined;
  const names = (isUser ? users : groups).map(([name = ""]) => name);
  report.add({
    code: "C070",
    title: `"privileges.user" names ${
      isUser ? `the user "${name}", whom there is not` : groupProblem(name, groupName)
    }`,
    at: placeOf(root, ["privileges", "user"]),
    help: didYouMean(isUser ? name : groupName ?? "", names) ??
      "useradd --system falcod makes one; USER:GROUP names both, by name or number",
  });
  return { drop, keep };
}

function groupProblem(user: string, group: string | undefined): string {
  return group === undefined
    ? `a number that no user has, and no group: "${user}"`
    : `the group "${group}", which there is not`;
}

/** passwd(5), group(5). */
function entriesOf(text: string): readonly (readonly string[])[] {
  return text.split("\n").filter((line) => line !== "").map((line) => line.split(":"));
}

function idIn(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= MAX_ID ? Number(text) : undefined;
}

function accountFiles() {
  const read = (path: string) => {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return "";
    }
  };
  return { passwd: read("/etc/passwd"), group: read("/etc/group") };
}
