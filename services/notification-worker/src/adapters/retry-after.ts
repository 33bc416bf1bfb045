/** Seconds or a date (RFC 9110 §10.2.3), in milliseconds from `now`; 0 when absent or unreadable. */
export function readRetryAfter(value: string, now: number): number {
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
