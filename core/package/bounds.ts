/** How much a package may be. Packages come from anybody, and whoever adds one is root. */

/** Of an archive, as it comes. */
export const MAX_ARCHIVE_BYTES = 64 << 20;
/** Of all files together: a library written in Go has 50 MB. */
export const MAX_UNPACKED_BYTES = 256 << 20;
/** Of everything in the archive, folders included: packages of npm bring a lot that is not installed. */
export const MAX_ENTRIES = 4096;
/** Of a path, in bytes as UTF-8, and of the folders in it. */
export const MAX_PATH_BYTES = 512;
export const MAX_PATH_DEPTH = 16;
