import type { Pace } from './attempt.ts';

/** A person who was struck off must not stay logged in for long: soon at first, then every five minutes, for some hours. */
export const registerEventPace: Pace = { firstDelayMs: 1_000, longestDelayMs: 5 * 60_000 };
