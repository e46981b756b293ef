/** `G`: events that people describe by their fields, to try rules with. */
import { type CodeEntry, commands, events, type ExamplePair } from "./entry.ts";

export const GIVEN_CODES: readonly CodeEntry[] = [
  {
    code: "G001",
    title: "event that is no mapping",
    meaning: "An event is described by fields and their values; this is a list or a single value.",
    matters: "There is no event to hold against the rules.",
    example: events("[openat, /etc/shadow]", "{evt.type: openat, fd.name: /etc/shadow}"),
  },
  {
    code: "G002",
    title: "event without a type",
    meaning: "Among the fields of an event there has to be evt.type.",
    matters: "The type decides which rules look at the event, and which parameters it has.",
    example: events("{fd.name: /etc/shadow}", "{evt.type: openat, fd.name: /etc/shadow}"),
  },
  {
    code: "G003",
    title: "unknown event type",
    meaning: "No event is called so. falcod list events shows all.",
    matters: "No such event can come, so trying it says nothing about the rule.",
    example: events("{evt.type: opnat}", "{evt.type: openat}"),
  },
  {
    code: "G004",
    title: "unknown field",
    meaning: "No field of this name exists. falcod list fields shows all.",
    matters: "The value would be nowhere, and the rule would be tried on another event than meant.",
    example: events("{evt.type: execve, proc.nmae: cat}", "{evt.type: execve, proc.name: cat}"),
  },
  {
    code: "G005",
    title: "argument does not fit the field",
    meaning: "The field takes no argument in brackets, needs one, or takes one of another kind.",
    matters: "What the value is the value of is not known.",
    example: events(
      "{evt.type: execve, 'proc.name[1]': sshd}",
      "{evt.type: execve, 'proc.aname[1]': sshd}",
    ),
  },
  {
    code: "G006",
    title: "value does not fit the field",
    meaning: "The value cannot be read as what the field holds.",
    matters: "No event has such a value, so trying it says nothing about the rule.",
    example: events("{evt.type: execve, proc.pid: many}", "{evt.type: execve, proc.pid: 4242}"),
  },
  {
    code: "G007",
    title: "parameter that such events do not have",
    meaning: "evt.arg names a parameter of another type of event. falcod list events shows them.",
    matters: "No event of this type carries it.",
    example: events(
      "{evt.type: openat, evt.arg.addr: 0}",
      "{evt.type: openat, evt.arg.name: /etc/shadow}",
    ),
  },
  {
    code: "G008",
    title: "flag that the parameter does not have",
    meaning: "The parameter holds names of flags, and this is none of them.",
    matters: "The kernel never reports it, so the rule would be tried on an impossible event.",
    example: events(
      "{evt.type: openat, evt.arg.flags: O_RDNLY}",
      "{evt.type: openat, evt.arg.flags: O_RDONLY}",
    ),
  },
  {
    code: "G009",
    title: "process name too long",
    meaning: "The kernel keeps 15 bytes of a process's name.",
    matters: "With the full name a rule may pass its test and never match in life.",
    example: events(
      "{evt.type: execve, proc.name: systemd-journald}",
      "{evt.type: execve, proc.name: systemd-journal}",
    ),
  },
  {
    code: "G010",
    title: "no such event in a file",
    meaning:
      "A file was named with the number of an event, and rules see none of that number; or a capture " +
      "or a log was named without one.",
    matters: "The beginnings of system calls have numbers in old captures, but no rule sees them.",
  },
  {
    code: "G011",
    title: "text that is no event",
    meaning: "Events of this source are documents, and what was given is none, or more than one.",
    matters: "There is no event to hold against the rules.",
    example: auditTests(
      "{auditID: 1a2b, verb: delete}",
      '{auditID: 1a2b, stageTimestamp: "2026-01-01T00:00:00Z", verb: delete}',
    ),
  },
  {
    code: "G012",
    title: "key that events do not have",
    meaning: "Part of an event was written down, with a key that no event of this source has.",
    matters: "No rule looks there, so the rule would be tried on another event than meant.",
    example: auditTests("{verbs: delete}", "{verb: delete}"),
  },
];

/** An event of another source than system calls has to be a rule's. */
function auditTests(wrong: string, right: string): ExamplePair {
  const command = "falcod test tests.yaml";
  const files = (event: string) => ({
    "tests.yaml": `rules: rules.yaml
tests:
  - name: something is removed
    source: k8s_audit
    event: ${event}
    expect: [Removed]
`,
    "rules.yaml": `- rule: Removed
  desc: Somebody removes something
  condition: ka.verb = delete
  output: "%ka.target.name removed"
  priority: NOTICE
  source: k8s_audit
`,
  });
  return commands([command, files(wrong)], [command, files(right)]);
}
