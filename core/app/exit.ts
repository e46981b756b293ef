/** Exit codes, Falco's: there are only two. */
export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
