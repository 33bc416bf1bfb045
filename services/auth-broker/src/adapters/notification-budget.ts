import { Unavailable } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import type { NotificationBudget } from '#src/ports/notification-budget.ts';

/** `pseudonym`: a keyed digest, so that whoever reads the counters does not learn whose they are. */
export function createNotificationBudget(settings: {
  quotas: Quotas;
  pseudonym: (nationalId: string) => string;
  unanswered: number;
  windowMs: number;
}): NotificationBudget {
  const { quotas, unanswered, windowMs } = settings;
  const name = (nationalId: string) => `notification-budget:${settings.pseudonym(nationalId)}`;
  return {
    reserve: (nationalId) => quotas.reserve(name(nationalId), unanswered, windowMs),
    async reset(nationalId) {
      try {
        await quotas.reset(name(nationalId));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
      }
    },
  };
}
