/** JSON for other programs. */

/**
 * As `JSON.stringify`, but what is no Unicode text, which a condition may ask for, is U+FFFD: many
 * readers refuse a lone surrogate, `\udcff`, and with it everything else.
 */
export function jsonText(
  value: unknown,
  options: {
    readonly replacer?: (key: string, value: unknown) => unknown;
    readonly indent?: number;
  } = {},
): string {
  const text = JSON.stringify(value, options.replacer, options.indent);
  return text.includes("\\ud") ? text.replace(LONE_SURROGATE, "$1\ufffd") : text;
}

/** Pairs are never written as escapes; an even number of backslashes in front are characters. */
const LONE_SURROGATE = /((?<!\\)(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
