/** What tests of new plugins share: nothing has to be fetched to run them. */

/** Keys of an alert. */
export const ALERT_KEYS = `  rule: "Shell started",
  priority: "Notice",
  source: "syscall",
  tags: [],
  time: "2026-01-31T12:00:00.000000000Z",
  hostname: "host",
  output: "shell bash",
  fields: { "proc.name": "bash" },`;

/** `assertEquals()` */
export const ASSERT_EQUALS = `
function assertEquals(actual: unknown, expected: unknown): void {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (found !== wanted) throw new Error(\`expected \${wanted}, found \${found}\`);
}
`;
