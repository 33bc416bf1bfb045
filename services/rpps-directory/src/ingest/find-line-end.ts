const LINE_FEED = 0x0a;

/**
 * The line feed at or after `start`, or the end of the bytes; on the way, where the separators are. `ends[0]` is how many
 * columns there are, and column `i` is between `ends[i + 1] + 1` and `ends[i + 2]`. By far the longest loop: it stays alone.
 */
export function findLineEnd(bytes: Uint8Array, start: number, separator: number, ends: Int32Array): number {
  const length = bytes.length;
  let n = 2;
  let i = start;
  for (; i < length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === LINE_FEED) break;
    // Written for each byte, and kept for a separator: no branch for the processor to guess wrong.
    ends[n] = i;
    n += ((byte ^ separator) - 1) >>> 31;
  }
  ends[0] = n - 1;
  ends[1] = start - 1;
  return i;
}
