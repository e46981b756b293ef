/** Macros that rules found anywhere use, as if everybody had loaded all of Falco's own files. */

import { didYouMean, type Effort } from "../base/mod.ts";

const STABLE = "falco_rules.yaml";
const INCUBATING = "falco-incubating_rules.yaml";
const SANDBOX = "falco-sandbox_rules.yaml";
const K8S_AUDIT = "k8s_audit_rules.yaml";

/** The first of Falco's files that has it. Facts: falcosecurity/rules, as of June 2026. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  [STABLE]: [
    ...["spawned_process", "open_write", "open_read", "container", "never_true", "outbound"],
    ...["proc_name_exists", "interactive", "shell_procs", "sensitive_files", "etc_dir", "dup"],
    ...["create_symlink", "create_hardlink", "kernel_module_load"],
  ],
  [INCUBATING]: ["rename", "remove", "modify", "inbound_outbound", "container_started"],
  [SANDBOX]: ["mkdir", "inbound", "bin_dir"],
  [K8S_AUDIT]: [
    ...["kevt", "kevt_started", "kactivity", "kget", "kcreate", "kmodify", "kdelete"],
    ...["pod", "pod_subresource", "deployment", "service", "configmap", "namespace", "secret"],
    ...["serviceaccount", "clusterrole", "clusterrolebinding", "role", "rolebinding", "ingress"],
    ...["node", "response_successful", "health_endpoint", "non_system_user", "writable_verbs"],
    ...["contains_private_credentials", "sensitive_vol_mount", "user_known_exec_pod_activities"],
  ],
};

const FILE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(FILES).flatMap(([file, names]) => names.map((name) => [name, file] as const)),
);

/** What falcod's own rules call the same. */
const OWN: ReadonlyMap<string, string> = new Map([
  ["spawned_process", "program_started"],
  ["open_write", "opened_for_writing"],
  ["open_read", "opened_for_reading"],
  ["container", "in_container"],
  ["never_true", "nothing"],
]);

/** What to write instead, or what to load; absent for names that are none of them. */
export function helpForFalcoMacro(
  name: string,
  known: Iterable<string>,
  effort?: Effort,
): string | undefined {
  if (name === "always_true") return 'Falco\'s rules have it no more: write "evt.num >= 0"';
  const file = FILE_OF.get(name);
  if (file === undefined) return undefined;
  const names = [...known];
  const own = OWN.get(name);
  // Another of Falco's is as likely not loaded as this one: "inbound" is no slip for "outbound".
  const isAudit = (other: string) => FILE_OF.get(other) === K8S_AUDIT;
  const others = names.filter((other) => !FILE_OF.has(other) || isAudit(other) !== isAudit(name));
  const near = didYouMean(name, others, effort);
  const instead = own !== undefined && names.includes(own)
    ? `; here the same is called "${own}"`
    : near && `; or ${near}`;
  return `a macro of Falco's ${file}: load that file before this one, or define it${instead ?? ""}`;
}
