import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Progress } from '#src/ports/register.ts';

/** The standard error, which somebody looks at or a program reads. */
export interface Terminal {
  readonly isTerminal: boolean;
  readonly write: (text: string) => void;
  readonly clock: () => number;
}

export interface ToldProgress {
  received(received: number, total: number | undefined): void;
  /** Of one file, `bytes` long. */
  advanced(kind: FileKind, bytes: number, progress: Progress): void;
  /** Leaves the line of the bar. */
  end(): void;
}

const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 2_000;
const WIDTH = 30;

/** A bar for a person; for a program one JSON line each time something else is done, and every two seconds. */
export function tellProgress({ isTerminal, write, clock }: Terminal): ToldProgress {
  let lastStep = '';
  let lastAt = 0;
  let isLineOpen = false;

  return {
    received(received, total) {
      if (!isDue('receive')) return;
      if (isTerminal) draw(received, total, 'received', '');
      else line({ step: 'receive', received, ...(total === undefined ? {} : { total }) });
    },
    advanced(kind, bytes, progress) {
      if (!isDue(`${kind} ${progress.step}`)) return;
      if (!isTerminal)
        return line({ kind, ...progress, ...(progress.step === 'stage' ? { total: bytes } : {}) });
      if (progress.step === 'stage') draw(progress.bytes, bytes, kind, `${progress.rows} rows`);
      else if (progress.step === 'go_on') say(`${kind}: goes on after line ${progress.lines}`);
      else draw(bytes, bytes, kind, progress.step === 'compare' ? 'comparing' : 'writing');
    },
    end: closeLine,
  };

  function isDue(step: string): boolean {
    const now = clock();
    if (step === lastStep && now - lastAt < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return false;
    lastStep = step;
    lastAt = now;
    return true;
  }

  function line(content: object): void {
    write(`${JSON.stringify(content)}\n`);
  }

  function draw(done: number, total: number | undefined, what: string, more: string): void {
    const share = total ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * WIDTH);
    const bar = total === undefined ? '' : `[${'█'.repeat(filled)}${' '.repeat(WIDTH - filled)}] `;
    const amount = total === undefined ? `${Math.round(done / 1e6)} MB` : `${Math.floor(share * 100)} %`;
    // Back to the beginning of the line, and what was on it is erased.
    write(`\r\u001b[2K${bar}${amount}  ${what}  ${more}`.trimEnd());
    isLineOpen = true;
  }

  function say(sentence: string): void {
    closeLine();
    write(`${sentence}\n`);
  }

  function closeLine(): void {
    if (isLineOpen) write('\n');
    isLineOpen = false;
  }
}
