/** What stands below the options in `falcod … --help`. */

export const PROGRAM_EXAMPLES = `
Examples:
  falcod                                  watch with the configuration of this machine
  falcod -r my_rules.yaml -o json_output=true
  falcod validate /etc/falco/falco.yaml
  falcod list fields proc.
  falcod probe
  falcod demo                             a recorded attack, where nothing can be watched`;

export const FALCO_FLAGS_HELP = `

Flags of Falco, understood as well:
  -L, -l <rule>                      describe, describe <rule>
  --list [source] [-N], --list-events   list fields, list events; --format, --markdown
  --list-plugins, --plugin-info <name>  what is built in
  -i, --support, --page-size         as in Falco
  -D -T -t -A -b -p -v -S -e -s --cri --enable-source --disable-source
                                     become keys of the configuration; falcod tells which
  -u -d -k -K -m -w --modern-bpf --disable-cri-async
                                     have no effect; falcod tells why`;

export const RUN_EXAMPLES = `
Examples:
  falcod run -c ./falco.yaml
  falcod run -r rules.d -r extra.yaml     only these rules, in this order
  falcod run -o 'rules[].disable.tag=network' -o priority=warning
  falcod run --scope pid:$$ -M 60         this shell and what it starts, for a minute`;

export const VALIDATE_EXAMPLES = `
Examples:
  falcod validate                         what falcod would run with
  falcod validate /etc/falco/falco.yaml   a configuration and the rules it names
  falcod validate my_rules.yaml rules.d --json
  falcod validate -c falco.yaml -r my_rules.yaml
  make_rules | falcod validate -          rules from standard input`;

export const LIST_EXAMPLES = `
Examples:
  falcod list fields 'proc.*exe*'
  falcod list events --json
  falcod list rules -r my_rules.yaml
  falcod list rules mitre_execution       by name, tag or source

On a terminal columns have heads. In a pipe there are tabs between them and no heads:
  fields: name, type, argument, source, meaning
  events: name, category, class, parameters
  rules:  name, priority, enabled or disabled, source, tags`;

export const DESCRIBE_EXAMPLES = `
Examples:
  falcod describe                         everything in the rules of this machine
  falcod describe -r my_rules.yaml "Write below etc"
  falcod describe --json -r my_rules.yaml`;

export const EXPLAIN_EXAMPLES = `
Examples:
  falcod explain "Sensitive file read" --event '{"evt.type": "openat", "fd.name": "/etc/shadow"}'
  falcod explain -r my_rules.yaml "My rule" --event @event.yaml
  falcod explain "My rule" --event trace.scap#12   the event of that number in a capture
  falcod explain "Attach/Exec Pod" --event audit.log#12   the same of an audit log of Kubernetes
  falcod explain --json "My rule" --event -    read the event from standard input`;

export const TEST_EXAMPLES = `
Examples:
  falcod test my_rules_test.yaml
  falcod test tests/*.yaml --filter '*shadow*'
  falcod test my_rules_test.yaml -r changed_rules.yaml --json`;

export const REPLAY_EXAMPLES = `
Examples:
  falcod replay trace.scap                alerts of the rules of this machine, then what was seen
  falcod replay -r my_rules.yaml --json *.scap
  falcod replay trace.scap --filter 'evt.type = execve and user.uid = 0'
  falcod replay trace.scap --fields evt.num,evt.time,proc.name,fd.name --filter 'fd.num >= 0'
  falcod replay audit.log --source k8s_audit --fields ka.user.name,ka.verb,ka.uri
  ssh host falcod record -w - | falcod replay - --print '%evt.time %proc.name %evt.args'`;

export const RECORD_EXAMPLES = `
Examples:
  falcod record -w trace.scap.gz -M 10                 ten seconds of this machine
  falcod record -w trace.scap --scope pid:$$           this shell and what it starts, until Ctrl-C
  falcod record -w execs.scap --filter 'evt.type = execve' --size-limit 50
  falcod record -w - -M 60 | gzip >trace.scap.gz

A file of that name is replaced as soon as the recording has begun, and left alone if it cannot begin.`;

export const FILTER_EXAMPLES = `
Examples:
  falcod filter parse 'evt.type = open and not proc.name in (cat, dog)'
  falcod filter check --json 'proc.pid = abc'
  falcod filter events 'evt.type in (open, openat)'
  falcod filter check -r my_rules.yaml 'spawned_process and proc.name = cat'
  echo '"proc.name = cat"' | falcod filter parse -`;

export const FILTER_JSON = `
With - every line of standard input is a condition as a JSON string and gets one line of output, at
once and in the same order; lines are limited to 1 MiB. That line, and what --json prints:

  {"ok": true, "text": …, "ast": …, "diagnostics": […]}     parse
  {"ok": true, "text": …, "diagnostics": […]}               check
  {"ok": true, "events": ["open", …], "diagnostics": […]}   events
  {"ok": false, "diagnostics": […]}                         any, when there are errors

text is the condition normalized. diagnostics are as in falcod validate --json; with ok they are
warnings. In ast every node has a kind and a span (start, end: UTF-16 units of the condition):

  and, or (children), not (child), macro (name), exists (left),
  comparison (left, operator, operatorSpan, right, quantifier: oneof, anyof or allof)
  field (name, argument), transformer (name, operands, argument), literal (text, quoted),
  list (elements), values (values: what stands in the brackets behind an operator)`;

export const EXPLAIN_CODE_EXAMPLES = `
Examples:
  falcod explain-code F012
  falcod explain-code 'error[F012]'       as it stands in a message
  falcod explain-code LOAD_UNKNOWN_SOURCE
  falcod explain-code --json              all of them`;
