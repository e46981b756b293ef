/** The first of what `build` makes, with smaller and smaller limits, that is short enough; else the last. */
export function fitting(
  limits: readonly number[],
  build: (limit: number) => string,
  isShortEnough: (text: string) => boolean,
): string {
  let text = "";
  for (const limit of limits) {
    text = build(limit);
    if (isShortEnough(text)) break;
  }
  return text;
}
