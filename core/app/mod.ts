/**
 * The application: command line, configuration, and the wiring of sources, engine and sinks.
 *
 * `run` reads the arguments (cli/), which loads the one command that is asked for (commands/). The
 * rest is in the order of a start: config/ makes falco.yaml a `Config`, rules.ts a `Ruleset`,
 * watch.ts connects everything and waits for the end. reload.ts brings other rules into a run.
 */
export { run } from "./cli/mod.ts";
export { denoHost, type Host, type Output } from "./host.ts";
