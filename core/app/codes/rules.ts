/** `R`: rule files. */
import { type CodeEntry, RULE, ruleFiles } from "./entry.ts";

const WITH_EXCEPTION = `${RULE}  exceptions:
    - {name: by_parent, fields: [proc.pname], values: [[sshd]]}
`;

export const RULE_CODES: readonly CodeEntry[] = [
  {
    code: "R001",
    title: "not a list of items",
    meaning: "The file holds something else than items that begin with a dash.",
    matters: "No rule is read from it. Perhaps it is a falco.yaml, which goes behind -c.",
    example: ruleFiles(RULE.replace(/^- |^ {2}/gm, ""), RULE),
  },
  {
    code: "R002",
    title: "item is no mapping",
    meaning: "Behind a dash comes a text or a list where keys and values should.",
    matters: "The item is not read.",
    example: ruleFiles("- Shell started\n", RULE),
  },
  {
    code: "R003",
    title: "unknown kind of item",
    meaning: "None of the item's keys says whether it is a rule, a macro or a list.",
    matters: "As in Falco, the item is ignored: a rule with a slip in that key is silent.",
    example: ruleFiles(RULE.replace("rule:", "rul:"), RULE),
  },
  {
    code: "R004",
    title: "unknown key",
    meaning: "The item has a key that items of its kind do not know. It is ignored.",
    matters: "What it was to set is not set.",
    example: ruleFiles(`${RULE}  tag: [shell]\n`, `${RULE}  tags: [shell]\n`),
  },
  {
    code: "R005",
    title: "key is missing",
    meaning:
      "A rule needs condition, output, desc and priority; a macro its condition; a list items.",
    matters: "The item is not complete and cannot be used.",
    example: ruleFiles(RULE.replace(/ {2}desc.*\n/, ""), RULE),
  },
  {
    code: "R006",
    title: "empty value",
    meaning: "The key is there, and nothing stands behind it.",
    matters: "Perhaps the value was indented wrongly or left out.",
    example: ruleFiles(RULE.replace("NOTICE", ""), RULE),
  },
  {
    code: "R007",
    title: "list, mapping and single value mixed up",
    meaning: "The key takes a list and has a single value, or the other way round.",
    matters: "What is meant cannot be told for sure.",
    example: ruleFiles(`${RULE}  tags: shell\n`, `${RULE}  tags: [shell]\n`),
  },
  {
    code: "R008",
    title: "neither true nor false, or no number",
    meaning: "The key takes true or false, or a whole number, and has something else.",
    matters: "A rule meant to be off might be on.",
    example: ruleFiles(`${RULE}  enabled: nope\n`, `${RULE}  enabled: no\n`),
  },
  {
    code: "R009",
    title: "macro name that no condition can use",
    meaning: "A macro's name is one word of letters, digits and _ that begins with a letter.",
    matters: "Conditions read other names as something else, so the macro cannot be put in.",
    example: ruleFiles(
      "- macro: a-shell\n  condition: proc.name = bash\n",
      "- macro: a_shell\n  condition: proc.name = bash\n",
    ),
  },
  {
    code: "R010",
    title: "no engine version",
    meaning: "required_engine_version is neither three numbers with dots nor a single number.",
    matters: "Whether the file fits this falcod cannot be checked.",
    example: ruleFiles(
      "- required_engine_version: newest\n",
      "- required_engine_version: 0.57.0\n",
    ),
  },
  {
    code: "R011",
    title: "broken requirement of a plugin",
    meaning: "Each entry of required_plugin_versions has a name and a version of three numbers.",
    matters: "Whether the plugin fits cannot be checked.",
    example: ruleFiles(
      "- required_plugin_versions:\n    - {name: container, version: any}\n",
      "- required_plugin_versions:\n    - {name: container, version: 0.2.0}\n",
    ),
  },
  {
    code: "R012",
    title: "unknown priority",
    meaning: "Priorities are Emergency, Alert, Critical, Error, Warning, Notice, Info and Debug.",
    matters: "Outputs and filters by priority would not know where the alert belongs.",
    example: ruleFiles(RULE.replace("NOTICE", "SEVERE"), RULE.replace("NOTICE", "CRITICAL")),
  },
  {
    code: "R013",
    title: "exception of the wrong shape",
    meaning:
      "An exception has a name, fields, values and perhaps comps; values are texts or lists.",
    matters: "What is to be excepted cannot be read.",
    example: ruleFiles(`${RULE}  exceptions: [by_parent]\n`, WITH_EXCEPTION),
  },
  {
    code: "R015",
    title: "override neither appends nor replaces",
    meaning:
      'Behind a key under "override" stands "append" or "replace". Falco passes over an "override" that is ' +
      "a mere text, so where an item needs no earlier one that is a warning.",
    matters: "How the earlier rule is to change is not said.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  priority: ERROR\n  override: {priority: change}\n`,
      `${RULE}- rule: Shell started\n  priority: ERROR\n  override: {priority: replace}\n`,
    ),
  },
  {
    code: "R016",
    title: "key that cannot be overridden so",
    meaning: "The key cannot be changed at all, or it can be replaced and not appended to.",
    matters: "The change does not happen.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  priority: ERROR\n  override: {priority: append}\n`,
      `${RULE}- rule: Shell started\n  priority: ERROR\n  override: {priority: replace}\n`,
    ),
  },
  {
    code: "R017",
    title: "override of a key that is not given",
    meaning: 'A key stands under "override" and not beside it.',
    matters: "There is nothing to append or to put in its place.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  override: {condition: append}\n`,
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  override: {condition: append}\n`,
    ),
  },
  {
    code: "R018",
    title: '"append: true" and "override" together',
    meaning: "They are the old and the new way to say the same.",
    matters: "They may contradict each other.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  append: true\n  override: {condition: append}\n`,
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  override: {condition: append}\n`,
    ),
  },
  {
    code: "R019",
    title: "key not named under override",
    meaning: 'The item has "override", and a key of it is not listed there.',
    matters: "Whether to append or to replace is not said for it.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  priority: ERROR\n  override: {condition: append}\n`,
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  priority: ERROR\n  override: {condition: append, priority: replace}\n`,
    ),
  },
  {
    code: "R020",
    title: "nothing to append",
    meaning: '"append: true" takes a condition or exceptions, and the item has neither.',
    matters: "The item does nothing.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  append: true\n`,
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  override: {condition: append}\n`,
    ),
  },
  {
    code: "R021",
    title: "key ignored by append",
    meaning: '"append: true" looks at condition and exceptions only.',
    matters: 'The key has no effect; with "override" it would have.',
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  priority: ERROR\n  append: true\n`,
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  priority: ERROR\n  override: {condition: append, priority: replace}\n`,
    ),
  },
  {
    code: "R022",
    title: "two exceptions of one name",
    meaning: "A rule has two exceptions with the same name. Both are in effect.",
    matters: "Values appended later under that name go to the first of them only.",
    example: ruleFiles(
      `${WITH_EXCEPTION}    - {name: by_parent, fields: [proc.tty], values: [[0]]}\n`,
      `${WITH_EXCEPTION}    - {name: by_tty, fields: [proc.tty], values: [[0]]}\n`,
    ),
  },
  {
    code: "R023",
    title: "exception appends no values",
    meaning: "An item appends to an exception and gives no values.",
    matters: "Nothing changes.",
    example: ruleFiles(
      `${WITH_EXCEPTION}- rule: Shell started\n  exceptions: [{name: by_parent}]\n  override: {exceptions: append}\n`,
      `${WITH_EXCEPTION}- rule: Shell started\n  exceptions: [{name: by_parent, values: [[su]]}]\n  override: {exceptions: append}\n`,
    ),
  },
  {
    code: "R024",
    title: "list name of several words",
    meaning: "A list's name should have no blanks, quotes, brackets, commas and equal signs.",
    matters: "Falco puts such lists in wherever the words stand in a text, also by accident.",
    example: ruleFiles(
      "- list: known shells\n  items: [bash]\n",
      "- list: known_shells\n  items: [bash]\n",
    ),
  },
  {
    code: "R025",
    title: "unknown key in an exception",
    meaning: "An exception has a key that exceptions do not know. It is ignored.",
    matters: "An exception without its values lets nothing pass: the alerts go on.",
    example: ruleFiles(WITH_EXCEPTION.replace("values", "value"), WITH_EXCEPTION),
  },
  {
    code: "R030",
    title: "nothing there to change",
    meaning: "The item changes a rule, macro or list, and none of that name stands before it.",
    matters: "The change happens nowhere. Files are read in the order they are named in.",
    example: ruleFiles(
      `${RULE}- rule: Shell start\n  condition: and user.uid = 0\n  override: {condition: append}\n`,
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  override: {condition: append}\n`,
    ),
  },
  {
    code: "R031",
    title: "same rule, other source",
    meaning: "Two rules of one name are for different sources of events.",
    matters:
      "One cannot take the place of the other. Give one another name. A change that leaves the " +
      "condition alone is made all the same, with a warning.",
    example: ruleFiles(
      `${RULE}${RULE}  source: k8s_audit\n`,
      `${RULE}${RULE.replace("Shell started", "Fish started").replace("bash, zsh", "fish")}`,
    ),
  },
  {
    code: "R032",
    title: "new exception without fields or values",
    meaning:
      "An exception that the rule does not have yet needs its fields, and values if appended.",
    matters: "What to compare the values with is not said; perhaps the name has a slip.",
    example: ruleFiles(
      `${WITH_EXCEPTION}- rule: Shell started\n  exceptions: [{name: by_parents, values: [[su]]}]\n  override: {exceptions: append}\n`,
      `${WITH_EXCEPTION}- rule: Shell started\n  exceptions: [{name: by_parent, values: [[su]]}]\n  override: {exceptions: append}\n`,
    ),
  },
  {
    code: "R033",
    title: "fields and comps do not fit each other",
    meaning: "Each field of an exception has one operator under comps; one field has one, no list.",
    matters: "How the values are compared is not known.",
    example: ruleFiles(
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.pname, proc.exe], comps: [=], values: [[su, /bin/bash]]}\n`,
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.pname, proc.exe], comps: [=, startswith], values: [[su, /bin/]]}\n`,
    ),
  },
  {
    code: "R034",
    title: "operator that exceptions cannot use",
    meaning: "Under comps stands no operator, or one that does not take a list of values.",
    matters: "The values cannot be compared.",
    example: ruleFiles(
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.exe], comps: [startwith], values: [[/opt/]]}\n`,
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.exe], comps: [startswith], values: [[/opt/]]}\n`,
    ),
  },
  {
    code: "R035",
    title: "values do not fit the fields",
    meaning: "With several fields, each value is a list with one entry for each of them.",
    matters: "A value too few would except more than meant.",
    example: ruleFiles(
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.pname, proc.exe], values: [[su]]}\n`,
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.pname, proc.exe], values: [[su, /bin/bash]]}\n`,
    ),
  },
  {
    code: "R036",
    title: "exception defined again",
    meaning: "Appending to an exception, an item gives fields or comps, which are fixed already.",
    matters: "Values of the one could not be compared by the other.",
    example: ruleFiles(
      `${WITH_EXCEPTION}- rule: Shell started\n  exceptions: [{name: by_parent, fields: [proc.exe], values: [[/bin/sh]]}]\n  override: {exceptions: append}\n`,
      `${WITH_EXCEPTION}- rule: Shell started\n  exceptions: [{name: by_exe, fields: [proc.exe], values: [[/bin/sh]]}]\n  override: {exceptions: append}\n`,
    ),
  },
  {
    code: "R037",
    title: "unusable field in an exception",
    meaning: "The exception names a field that does not exist or cannot stand in conditions.",
    matters: "The exception would except nothing.",
    example: ruleFiles(
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.pnmae], values: [[su]]}\n`,
      `${RULE}  exceptions:\n    - {name: e, fields: [proc.pname], values: [[su]]}\n`,
    ),
  },
  {
    code: "R040",
    title: "made for a newer engine",
    meaning: "The file asks for a version of the rule engine that this falcod does not have.",
    matters: "Rules in it may use what is not understood here. falcod version shows the version.",
    example: ruleFiles(
      "- required_engine_version: 0.99.0\n",
      "- required_engine_version: 0.57.0\n",
    ),
  },
  {
    code: "R041",
    title: "needs a plugin that is not there",
    meaning: "The file asks for a plugin, and neither it nor an alternative is loaded.",
    matters: "Its rules are about events, or use fields, that only the plugin provides.",
    example: ruleFiles(
      "- required_plugin_versions:\n    - {name: cloudtrail, version: 0.9.0}\n",
      "- required_plugin_versions:\n    - {name: container, version: 0.2.0}\n",
    ),
  },
  {
    code: "R042",
    title: "unknown source of events",
    meaning:
      "The rule is for events of a source that nothing provides. It is skipped; if the source is known, falcod validate checks it.",
    matters: "The rule is silent. As in Falco, that is fine for rules shared between machines.",
    example: ruleFiles(`${RULE}  source: syscal\n`, `${RULE}  source: syscall\n`),
  },
  {
    code: "R043",
    title: "unused macro",
    meaning: "No rule and no other macro uses the macro.",
    matters: "It does no harm; perhaps it was meant to be used, or can go.",
    example: ruleFiles(
      `- macro: a_shell\n  condition: proc.name in (bash, zsh)\n${RULE}`,
      `- macro: a_shell\n  condition: proc.name in (bash, zsh)\n${
        RULE.replace(/proc\.name in.*/, "a_shell")
      }`,
    ),
  },
  {
    code: "R044",
    title: "unused list",
    meaning: "No rule, macro or other list uses the list.",
    matters: "It does no harm; perhaps it was meant to be used, or can go.",
    example: ruleFiles(
      `- list: shells\n  items: [bash, zsh]\n${RULE}`,
      `- list: shells\n  items: [bash, zsh]\n${RULE.replace("bash, zsh", "shells")}`,
    ),
  },
  {
    code: "R045",
    title: "rule skipped for an unknown name",
    meaning:
      'A rule with "skip-if-unknown-filter" uses a field or event type that does not exist here.',
    matters: "The rule asked for it: it is silent where the name is not known.",
    example: ruleFiles(
      `${RULE.replace("proc.name in", "proc.nmae in")}  skip-if-unknown-filter: true\n`,
      `${RULE}  skip-if-unknown-filter: true\n`,
    ),
  },
  {
    code: "R046",
    title: "rule for very many event types",
    meaning: "The condition does not say which types of events it is about.",
    matters:
      "Nearly every event of the machine has to be taken out of the kernel and held against it. warn_evttypes: false says that this is meant.",
    example: ruleFiles(RULE.replace("evt.type = execve and ", ""), RULE),
  },
  {
    code: "R047",
    title: "rule in the shadow of an earlier one",
    meaning:
      "Whenever the rule matches, an earlier one does, and with rule_matching: first only that one alerts.",
    matters: "The rule never alerts, whatever its priority.",
    example: ruleFiles(
      `${RULE}${RULE.replace("Shell started", "Bash started").replace("in (bash, zsh)", "= bash")}`,
      `${RULE.replace("Shell started", "Bash started").replace("in (bash, zsh)", "= bash")}${RULE}`,
    ),
  },
  {
    code: "R048",
    title: "mistake in a definition that is not in effect",
    meaning: "A rule is defined twice, the later one counts, and the earlier one has a mistake.",
    matters: "Perhaps both were meant to be in effect; then one needs another name.",
    example: ruleFiles(
      `${RULE.replace("proc.name in", "proc.nmae in")}${RULE}`,
      `${RULE}${RULE.replace("Shell started", "Fish started").replace("bash, zsh", "fish")}`,
    ),
  },
  {
    code: "R049",
    title: "rules not held against earlier ones",
    meaning:
      "There are so many rules that falcod validate stopped asking whether an earlier one takes all events from a later one.",
    matters: "Of the rules named it is not known whether they can alert; all else was looked at.",
  },
  {
    code: "R050",
    title: '"append: true" is an old spelling',
    meaning: '"override" says for each key whether to append or to replace.',
    matters: "A later version of the rule language may no longer know it.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  append: true\n`,
      `${RULE}- rule: Shell started\n  condition: and user.uid = 0\n  override: {condition: append}\n`,
    ),
  },
  {
    code: "R051",
    title: "a rule of nothing but enabled is an old spelling",
    meaning: '"override" says that the key of the earlier rule is replaced.',
    matters: "A later version of the rule language may no longer know it.",
    example: ruleFiles(
      `${RULE}- rule: Shell started\n  enabled: false\n`,
      `${RULE}- rule: Shell started\n  enabled: false\n  override: {enabled: replace}\n`,
    ),
  },
  {
    code: "R052",
    title: "%container.info is an old spelling",
    meaning: "It names the container. What is known of one can be added to every output at once.",
    matters: "Falco prints nothing for it any more; suggested_output says more.",
    example: ruleFiles(
      RULE.replace("shell %proc.name", "shell %proc.name %container.info"),
      RULE,
    ),
  },
  {
    code: "R053",
    title: "defined twice in one file",
    meaning:
      "A rule, macro or list has the name of one that stands before it in the same file, and takes its place.",
    matters: "The first is not in effect, as in Falco, which says nothing of it.",
    example: ruleFiles(
      `- macro: shells\n  condition: proc.name = bash\n- macro: shells\n  condition: proc.name = zsh\n${
        RULE.replace("proc.name in (bash, zsh)", "shells")
      }`,
      `- macro: shells\n  condition: proc.name in (bash, zsh)\n${
        RULE.replace("proc.name in (bash, zsh)", "shells")
      }`,
    ),
  },
];
