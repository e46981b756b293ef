/** A new pack of rules. */

export function rulesFile(name: string): string {
  const list = `${name.replaceAll("-", "_")}_programs`;
  return `# Rules of ${name}. They are loaded with the others that falco.yaml names.

- list: ${list}
  items: [nc, ncat]

- rule: Program of ${name}
  desc: Somebody starts a program that has no business here
  condition: evt.type in (execve, execveat) and proc.name in (${list})
  output: "program started (user %user.name command %proc.cmdline)"
  priority: NOTICE
  tags: [${name}]
`;
}

export function rulesTest(name: string): string {
  return `rules: ${name}.yaml

tests:
  - name: a program of the list
    event: { evt.type: execve, proc.name: nc }
    expect: [Program of ${name}]

  - name: any other program
    event: { evt.type: execve, proc.name: ls }
    expect: []
`;
}
