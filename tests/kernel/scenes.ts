/** Perl that prepares what calls of the actor are made with. */

/** A file with known content, open as 3. */
export const FILE = `open(F, "+>", "f"); syswrite(F, "0123456789"); sysseek(F, 0, 0);`;
/** Two buffers of a vector: five bytes and three. */
export const VECTOR = `$a = "hello"; $b = "!!!"; $v = pack("pQpQ", $a, 5, $b, 3);`;
export const PAIR =
  `socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); fact(a => fileno A, b => fileno B);`;
