/** Counts what the YAML package spends hundreds of times as long on as on other tokens. */

/** A backslash with what makes an escape of it, if that follows. YAML 1.2.2, chapter 5.7. */
const ESCAPE = /\\([0abtnvfre "/\\N_LP\t\r\n]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})?/g;

/** The package's lexer says with it that a scalar's text comes next, whatever that begins with. */
const SCALAR_FOLLOWS = "\x1f";

export class RareTokens {
  count = 0;
  #isScalar = false;
  #open = 0;

  /** To be called with every lexeme, in order. */
  add(lexeme: string): void {
    const isScalar = this.#isScalar;
    this.#isScalar = lexeme === SCALAR_FOLLOWS;
    if (!isScalar) this.count += this.#worth(lexeme);
  }

  #worth(lexeme: string): number {
    switch (lexeme[0]) {
      case "&":
      case "!":
      case "%":
        return 1;
      case "-":
      case ".":
        return lexeme === "---" || lexeme === "..." ? 1 : 0;
      case "[":
      case "{":
        this.#open++;
        return 0;
      case "]":
      case "}":
        if (this.#open === 0) return 1;
        this.#open--;
        return 0;
      case '"':
        return wrongEscapes(lexeme);
      default:
        return 0;
    }
  }
}

/** Each is an error of its own to the package. */
function wrongEscapes(quoted: string): number {
  let count = 0;
  for (const [, known] of quoted.matchAll(ESCAPE)) if (known === undefined) count++;
  return count;
}
