/** What tells combinations of slots apart: equal exactly for equal combinations. */
export type SlotMixer = (slots: readonly number[]) => number | string;

/**
 * Makes one value of a slot of each of several columns: a number while every combination has one of its own, else a text.
 *
 * @param counts of the slots of each column: slots are whole numbers from 0 to below
 */
export function slotMixer(counts: readonly number[]): SlotMixer {
  const combinations = counts.reduce((product, count) => product * count, 1);
  if (combinations > Number.MAX_SAFE_INTEGER) return (slots) => slots.join(" ");
  return (slots) => {
    let mixed = 0;
    for (let i = 0; i < counts.length; i++) mixed = mixed * (counts[i] as number) + (slots[i] as number);
    return mixed;
  };
}
