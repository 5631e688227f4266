export type * from "./hdf5-file.js";
export { type OpenHdf5Options, openHdf5 } from "./open-hdf5.js";
