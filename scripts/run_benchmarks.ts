/**
 * Runs every `*_bench.ts` and prints what one event or record costs: the time of an iteration divided
 * by the number in the benchmark's name. Compare figures of one run only; machines are noisy.
 */

interface Measured {
  readonly name: string;
  readonly results: readonly {
    readonly ok?: { readonly min: number; readonly avg: number; readonly p75: number };
  }[];
}

const { stdout, code } = await new Deno.Command(Deno.execPath(), {
  args: ["bench", "--allow-all", "--no-check", "--json", ...Deno.args],
  stdout: "piped",
  stderr: "inherit",
}).output();
const { benches } = JSON.parse(new TextDecoder().decode(stdout)) as { benches: Measured[] };

console.log(
  `${"benchmark".padEnd(66)} ${"min".padStart(9)} ${"average".padStart(9)} ${"p75".padStart(9)}`,
);
for (const { name, results } of benches) {
  const count = Number(
    /(\d[\d  ]*) (?:records|events|conditions)/.exec(name)?.[1]?.replace(/\D/g, "") ?? 1,
  );
  const unit = count === 1 ? "ns" : "ns each";
  for (const { ok } of results) {
    const cells = ok
      ? [ok.min, ok.avg, ok.p75].map((ns) => (ns / count).toFixed(1).padStart(9))
      : ["failed"];
    console.log(`${name.padEnd(66)} ${cells.join(" ")} ${unit}`);
  }
}
Deno.exit(code);
