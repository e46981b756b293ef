/** New plugins: a folder with everything in it to begin with, and a test that passes. */
export { type Project, projectFiles } from "./project.ts";
