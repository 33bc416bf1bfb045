/** 32 bits that follow from the seed, a subject (who or what is described) and a topic (which of its properties). */
export type Dice = (subject: number, topic: number) => number;

/**
 * No state: a property can be thrown alone, in any order, in every file and on every day, and is always the same. The
 * mixing is that of MurmurHash3 (fmix32).
 */
export function createDice(seed: number): Dice {
  const base = mix(seed ^ 0x9e3779b9);
  return (subject, topic) =>
    mix(Math.imul(subject + 1, 0x9e3779b1) ^ mix(base + Math.imul(topic, 0x85ebca77)));
}

function mix(bits: number): number {
  let h = bits ^ (bits >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const ALL = 2 ** 32;

/** Whether a throw is among the `share` (0 to 1) of them. */
export function isAmong(thrown: number, share: number): boolean {
  return thrown < share * ALL;
}

/** From 0 to `sides - 1`. */
export function below(thrown: number, sides: number): number {
  return Math.floor((thrown / ALL) * sides);
}

export function pick<Items extends readonly [unknown, ...unknown[]]>(
  items: Items,
  thrown: number,
): Items[number] {
  return items[below(thrown, items.length)];
}

const RESOLUTION = 4096;

/** Items by their weight, of any unit, in constant time; a weight under a 4096th of the whole gets one all the same. */
export function weighted<Item>(
  items: readonly (readonly [item: Item, weight: number])[],
): (thrown: number) => Item {
  const whole = items.reduce((sum, [, weight]) => sum + weight, 0);
  const places = items.flatMap(([item, weight]) =>
    Array.from({ length: Math.max(1, Math.round((weight / whole) * RESOLUTION)) }, () => item),
  );
  const [first, ...others] = places;
  if (first === undefined) throw new RangeError('nothing to choose from');
  const all = [first, ...others] as const;
  return (thrown) => pick(all, thrown);
}
