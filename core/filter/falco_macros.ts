/** Macros that rules found anywhere use, as if everybody had loaded Falco's own file. */

/** With what falcod's own rules call the same, where they have it. */
const MACROS: ReadonlyMap<string, string | undefined> = new Map([
  ["spawned_process", "program_started"],
  ["open_write", "opened_for_writing"],
  ["open_read", "opened_for_reading"],
  ["container", "in_container"],
  ["never_true", "nothing"],
  ...[
    ...[
      "always_true",
      "proc_name_exists",
      "rename",
      "mkdir",
      "remove",
      "modify",
      "inbound",
      "outbound",
    ],
    ...[
      "inbound_outbound",
      "interactive",
      "shell_procs",
      "sensitive_files",
      "bin_dir",
      "etc_dir",
      "dup",
    ],
    ...["create_symlink", "create_hardlink", "kernel_module_load", "container_started", "kevt"],
  ].map((name) => [name, undefined] as const),
]);

/** What to write instead, or what to load; absent for names that are none of them. */
export function helpForFalcoMacro(name: string, known: Iterable<string>): string | undefined {
  if (!MACROS.has(name)) return undefined;
  const own = MACROS.get(name);
  const instead = own !== undefined && [...known].includes(own)
    ? `; here the same is called "${own}"`
    : "";
  return `a macro of Falco's rules: load their file before this one, or define it${instead}`;
}
