/**
 * Exit codes, Falco's: there are only two.
 *
 * A reader that leaves (`falcod list | head -1`) is no failure, and nothing is said of it: what was
 * asked for came out as far as somebody wanted it. It is not SIGPIPE's 141 either: a text that is
 * short, or a reader that is slow, would end with 0 and without it, and scripts with `pipefail` could
 * not rely on either. A verdict (`validate`, `test`) stays what it is. Only a run that watches and has
 * no output left ends with 1: nobody would see its alerts any more.
 */
export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
