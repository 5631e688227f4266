export type * from "./hdf5-file.js";
export { type Hdf5Opener, Hdf5Pool } from "./hdf5-pool.js";
export { type Hdf5Index, type IndexHdf5Options, indexHdf5 } from "./index-hdf5.js";
export { type OpenHdf5Options, openHdf5 } from "./open-hdf5.js";
