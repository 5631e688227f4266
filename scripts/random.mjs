/** A seeded source of numbers (mulberry32 and Box-Muller). */
export function createRandom(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let hash = Math.imul(state ^ (state >>> 15), 1 | state);
    hash = (hash + Math.imul(hash ^ (hash >>> 7), 61 | hash)) ^ hash;
    return ((hash ^ (hash >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const integer = (below) => Math.floor(uniform() * below);
  /** A version-4 UUID. */
  const uuid = () => {
    const digits = Array.from({ length: 32 }, () => integer(16).toString(16));
    [digits[12], digits[16]] = ["4", "8"];
    return [8, 4, 4, 4, 12].map((length) => digits.splice(0, length).join("")).join("-");
  };
  return { uniform, normal, integer, uuid };
}
