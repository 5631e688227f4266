export type * from "./hdf5-file.js";
