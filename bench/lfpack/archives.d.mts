export function writeMany(
  path: string,
  format: number,
  report?: (recordings: number, chunks: number) => void,
  many?: number,
): { readonly bytes: number; readonly chunks: number; readonly last: string };
