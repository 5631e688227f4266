/** A thing that not every session has: its value, or null with the reason why it is not there. */
export type Presence<Value> =
  | { readonly value: Value; readonly absent: null }
  | { readonly value: null; readonly absent: string };

/** A thing that is there. */
export function present<Value>(value: Value): Presence<Value> {
  return { value, absent: null };
}

/** A thing that is not there. @param reason a sentence */
export function absent(reason: string): Presence<never> {
  return { value: null, absent: reason };
}
