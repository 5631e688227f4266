/** Bytes that contradict the format: what is wrong, without the file and the path, which the file adds. */
export class Damage extends Error {}

/** Ends the reading of damaged bytes. @throws {@link Damage} unless `isSound` */
export function requireSound(isSound: boolean, problem: string): asserts isSound {
  if (!isSound) throw new Damage(problem);
}
