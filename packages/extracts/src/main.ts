import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readArguments, USAGE } from './arguments.ts';
import { generateExtract } from './generate.ts';

/** Writes one extract, and says on standard error how large it became. */
async function writeFile(args: readonly string[]): Promise<void> {
  const asked = readArguments(args);
  if (asked === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const { extract, out } = asked;
  const started = performance.now();
  let bytes = 0;
  function* counted() {
    for (const piece of generateExtract(extract)) {
      bytes += piece.length;
      yield piece;
    }
  }
  await pipeline(Readable.from(counted()), out === undefined ? process.stdout : createWriteStream(out));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${extract.people} people, ${(bytes / 1e6).toFixed(1)} MB, ${seconds} s\n`);
}

await writeFile(process.argv.slice(2)).catch((error: unknown) => {
  // Whoever reads standard output has read enough.
  if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return;
  process.stderr.write(`${error instanceof Error ? error.message : error}\n(--help tells how)\n`);
  process.exitCode = 1;
});
