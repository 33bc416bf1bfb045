import type { ContactPoint } from '@medplum/fhirtypes';
import type { Mailbox } from '#src/domain/person.ts';
import { extensions } from './canonicals.ts';
import { codingOf, conceptPart, extensionOf, known, stringPart, textOf } from './values.ts';

/** as-mailbox-mss: the address of a secure mailbox. Who answers for it, and whether it is ex-directory, is not public. */
export function mailboxOf(mailbox: Mailbox): ContactPoint | undefined {
  const value = textOf(mailbox.adresseBal);
  const valueCoding = codingOf('R256', 'MSSANTE');
  if (value === undefined || valueCoding === undefined) return undefined;
  return {
    extension: known([
      { url: extensions.emailType, valueCoding },
      extensionOf(extensions.mailboxMetadata, [
        conceptPart('type', [codingOf('R257', mailbox.typeBal)]),
        stringPart('service', mailbox.serviceRattachement),
        digitization(mailbox.dematerialisation),
      ]),
    ]),
    system: 'email',
    value,
    use: 'work',
  };
}

/** Does the holder want documents without paper? `O` or `N` in the file. */
function digitization(column: string) {
  if (/^(o|oui|true|1)$/i.test(column.trim())) return { url: 'digitization', valueBoolean: true };
  return /^(n|non|false|0)$/i.test(column.trim()) ? { url: 'digitization', valueBoolean: false } : undefined;
}
