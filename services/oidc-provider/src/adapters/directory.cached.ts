import type { Clock } from '@psc/kernel';
import type { Professional } from '#src/domain/professional.ts';
import type { Directory } from '#src/ports/directory.ts';

/**
 * Remembers each answer for a short while: one login asks for the same person three or four times (resume, token,
 * UserInfo). Short enough that who is struck off the register is refused within `freshMs`. Whoever asks while the answer
 * is awaited shares it; a failure is not remembered. At most `most` people, the oldest forgotten first.
 */
export function createCachedDirectory(
  directory: Directory,
  settings: { readonly freshMs: number; readonly most: number; readonly clock: Clock },
): Directory & { forget(): void } {
  const { freshMs, most, clock } = settings;
  const answers = new Map<string, { answer: Promise<Professional | undefined>; until: number }>();

  return {
    find(nationalId) {
      const known = answers.get(nationalId);
      if (known && known.until > clock()) return known.answer;
      const answer = directory.find(nationalId);
      const entry = { answer, until: clock() + freshMs };
      // Deleted first, so that the map stays in order of age.
      answers.delete(nationalId);
      answers.set(nationalId, entry);
      const [oldest] = answers.keys();
      if (answers.size > most && oldest !== undefined) answers.delete(oldest);
      answer.catch(() => {
        if (answers.get(nationalId) === entry) answers.delete(nationalId);
      });
      return answer;
    },

    /** Whoever asks from now on learns what the register says now. */
    forget() {
      answers.clear();
    },
  };
}
