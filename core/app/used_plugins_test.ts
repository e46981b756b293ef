import { assertEquals } from "../../tests/assert.ts";
import { type Library, usedPlugins } from "./used_plugins.ts";

function library(
  name: string,
  { source, fields, fieldSources = [] }: {
    readonly source?: string;
    readonly fields: readonly string[];
    readonly fieldSources?: readonly string[];
  },
): Library {
  return {
    name,
    source: source === undefined ? undefined : { name: source },
    fields: fields.map((name) => ({ name })),
    fieldSources,
  };
}

Deno.test("usedPlugins() names the plugins whose source or fields a rule uses, as Falco does", () => {
  const natives = [
    library("cloudtrail", { source: "aws_cloudtrail", fields: ["ct.name"] }),
    library("krsi", { fields: ["krsi.name"], fieldSources: ["syscall"] }),
    library("everywhere", { fields: ["some.field"] }),
  ];
  const packages = [{ name: "falcod-github", source: "github" }, { name: "pager" }];
  const of = usedPlugins({ natives, packages });
  const cases = [
    ["syscall", "proc.name evt.type", ""],
    ["syscall", "container.id k8s.ns.name proc.name", "container"],
    ["syscall", "proc.is_container_healthcheck", "container"],
    ["syscall", "proc.is_container_liveness_probe some.field", "container everywhere"],
    ["syscall", "krsi.name", "krsi"],
    ["k8s_audit", "ka.verb", "k8saudit"],
    ["k8s_audit", "jevt.value krsi.name container.id", "json k8saudit"],
    ["aws_cloudtrail", "evt.num", "cloudtrail"],
    ["aws_cloudtrail", "ct.name some.field", "cloudtrail everywhere"],
    ["github", "evt.num", "falcod-github"],
  ] as const;
  for (const [source, fields, plugins] of cases) {
    const found = of({ source, fields: new Set(fields.split(" ")) });
    assertEquals(found.join(" "), plugins, `${source}: ${fields}`);
  }
});
