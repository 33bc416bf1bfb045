/** Milliseconds since the epoch. Injected everywhere time matters, so that no test sleeps. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
