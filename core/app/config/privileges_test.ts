import { Report, SourceText } from "../../base/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { checkConfig } from "./check.ts";
import { readConfigText } from "./load.ts";
import { privilegeSettings } from "./privileges.ts";

const FILES = {
  passwd: "root:x:0:0:root:/root:/bin/sh\nfalcod:x:990:991::/:/bin/false\n",
  group: "root:x:0:\nfalcod:x:991:\nlogs:x:50:falcod\n",
};

function settings(text: string) {
  const report = new Report();
  const source = new SourceText("falco.yaml", text);
  const root = readConfigText(source, { environment: () => undefined, report });
  assert(root);
  const config = checkConfig(root, report);
  return { ...privilegeSettings({ config, root }, report, FILES), codes: report.diagnostics };
}

Deno.test("privilegeSettings() knows users and groups by name and by number", () => {
  const user = (text: string) => settings(`privileges: {user: "${text}"}`).user;
  assertEquals(user(""), undefined);
  assertEquals(user("falcod"), { userId: 990, groupId: 991, groups: [50] });
  assertEquals(user("990"), { userId: 990, groupId: 991, groups: [50] });
  assertEquals(user("falcod:logs"), { userId: 990, groupId: 50, groups: [50] });
  assertEquals(user("4242:4343"), { userId: 4242, groupId: 4343, groups: [] });
});

Deno.test("privilegeSettings() says whom there is not, and whom somebody meant", () => {
  const said = (text: string) => {
    const { user, codes } = settings(`privileges: {user: "${text}"}`);
    assertEquals(user, undefined);
    return codes.map(({ code, help }) => [code, help]);
  };
  assertEquals(said("falcd"), [["C070", 'did you mean "falcod"?']]);
  assertEquals(said("falcod:log"), [["C070", 'did you mean "logs"?']]);
  assertEquals(said("4242").map(([code]) => code), ["C070"]);
  assertEquals(said("4294967295:0").map(([code]) => code), ["C070"]);
});

Deno.test("privileges.keep takes names of capabilities alone", () => {
  assertEquals(settings("privileges: {keep: [CAP_NET_ADMIN]}").keep, ["CAP_NET_ADMIN"]);
  assertEquals(settings("privileges: {keep: [net_admin]}").codes.map(({ code }) => code), ["C004"]);
});
