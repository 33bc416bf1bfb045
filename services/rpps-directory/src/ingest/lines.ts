/**
 * A row has at most 60 values of 512 characters: what is longer is not one. Only the beginning of such a line is kept,
 * long enough to be refused for the length of its values, so that a file without line feeds does not fill the memory.
 */
export const LONGEST_LINE = 65_536;

/** The lines of a text, in the batches they were read in, without their end (LF or CRLF). */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<readonly string[]> {
  // Strips the byte order mark. Not fatal: a byte that is not text spoils its row, not the file.
  const decoder = new TextDecoder(encoding);
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    if (lines.length > 0) yield lines.map(withoutReturn);
  }
  rest += decoder.decode();
  if (rest !== '') yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
