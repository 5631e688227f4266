/** The crossprobe command as a function, for tests and for embedding. */
export type { Io } from "./io.js";
export { runCommand } from "./program.js";
