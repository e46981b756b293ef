import { assertEquals } from "../../../tests/assert.ts";
import { helpForLeftOut, helpForSource } from "./left_out.ts";

/** A configuration with these plugins, of which it loads none but the first. */
function configWith(...names: string[]) {
  const plugins = names.map((name) => ({ name })) as never[];
  return { plugins, load_plugins: names.slice(0, 1) };
}

Deno.test("helpForLeftOut() names the plugin that load_plugins does not", () => {
  const config = configWith("github", "okta", "container", "json");
  const help = '"okta" stands under plugins and not under load_plugins: name it there, too';
  assertEquals(helpForLeftOut(config, ["other", "okta"]), help);
  assertEquals(helpForLeftOut(config, ["github", "container", "other"]), undefined);
  assertEquals(helpForLeftOut({ ...config, load_plugins: undefined }, ["okta"]), undefined);
});

Deno.test("helpForSource() tells a plugin by its likeness to the source, and others as possible", () => {
  const config = configWith("github", "cloudtrail", "k8saudit", "k8saudit-eks", "okta");
  assertEquals(helpForSource(config, "aws_cloudtrail"), {
    likely: '"cloudtrail" stands under plugins and not under load_plugins: name it there, too',
  });
  const which = (named: string) =>
    `load the plugin that provides the source: ${named} under plugins and not under load_plugins`;
  assertEquals(helpForSource(config, "k8s_audit"), {
    likely: which('"k8saudit", "k8saudit-eks" stand'),
  });
  assertEquals(helpForSource(config, "else"), {
    possible: which('"cloudtrail", "k8saudit", "k8saudit-eks" and 1 more stand'),
  });
  assertEquals(helpForSource(configWith("github", "okta"), "else"), {
    possible: which('"okta" stands'),
  });
  assertEquals(helpForSource(configWith("github", "container"), "else"), { possible: undefined });
});
