/** Made-up rules, seeded, in the shapes of upstream's: a family of event types, paths, processes. */
import { Random } from "./property/random.ts";

const NAMES =
  "nginx apache2 mysqld postgres redis node java python3 ruby perl php bash dash zsh cron";
const FOLDERS = "etc usr/bin usr/sbin usr/lib var/lib var/log opt srv root home dev boot";

const MACROS = `
- macro: made_open_read
  condition: (evt.type in (open, openat, openat2) and evt.is_open_read=true and fd.typechar='f' and fd.num>=0)
- macro: made_open_write
  condition: (evt.type in (open, openat, openat2) and evt.is_open_write=true and fd.typechar='f' and fd.num>=0)
- macro: made_spawned
  condition: (evt.type in (execve, execveat))
- macro: made_modified
  condition: (evt.type in (rename, renameat, renameat2, unlink, unlinkat))
- macro: made_outbound
  condition: (evt.type = connect and fd.typechar = 4 and fd.l4proto = tcp)
- macro: made_container
  condition: (container.id != host)
`;

/** The YAML of `count` rules; half of them about opened files. */
export function generateRules(count: number, seed: number): string {
  const random = new Random(seed);
  const word = () => random.next().toString(36).slice(2, 8);
  const name = () => random.below(3) === 0 ? random.pick(NAMES.split(" ")) : word();
  const names = () => Array.from({ length: 1 + random.below(12) }, name).join(", ");
  const folder = () => `/${random.pick(FOLDERS.split(" "))}/${word()}`;
  const folders = () => Array.from({ length: 1 + random.below(6) }, folder).join(", ");
  const path = () =>
    random.pick([
      () => `fd.name startswith ${folder()}`,
      () => `fd.name in (${folders()})`,
      () => `fd.directory in (${folders()})`,
      () => `fd.name pmatch (${folders()})`,
      () => `fd.name endswith .${word()}`,
      () => `fd.name contains ${word()}`,
      () => `(fd.name glob ${folder()}/*.${word()} or fd.filename = ${word()})`,
    ])();
  const process = () =>
    random.pick([
      () => `not proc.name in (${names()})`,
      () => `proc.pname in (${names()})`,
      () => `not proc.aname in (${names()})`,
      () => `not proc.cmdline startswith "${name()} -${word()}"`,
      () => `user.name != ${name()}`,
      () => `(proc.exepath startswith ${folder()} or proc.tty != 0)`,
      () => `made_container`,
    ])();
  const conjunction = (parts: readonly string[]) => parts.join(" and ");
  const rules = Array.from({ length: count }, (_, i) => {
    const about = random.below(10);
    const condition = about < 3
      ? conjunction(["made_open_read", path(), process(), process()])
      : about < 6
      ? conjunction(["made_open_write", path(), process()])
      : about < 8
      ? conjunction([`made_spawned and proc.name in (${names()})`, process(), process()])
      : about < 9
      ? conjunction(["made_outbound", `fd.sport in (${random.below(65536)}, 22)`, process()])
      : conjunction(["made_modified", `fs.path.name startswith ${folder()}`, process()]);
    return `- rule: made-up ${i}\n  desc: made up\n  condition: ${condition}\n` +
      `  output: "%proc.cmdline %fd.name"\n  priority: NOTICE\n`;
  });
  return MACROS + rules.join("");
}
