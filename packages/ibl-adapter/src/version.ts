/** Of this package, as its manifest states. */
export const VERSION = "0.1.0";
