/** What tests of new plugins compare with: nothing has to be fetched to run them. */
export const ASSERT_EQUALS = `
function assertEquals(actual: unknown, expected: unknown): void {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (found !== wanted) throw new Error(\`expected \${wanted}, found \${found}\`);
}
`;
