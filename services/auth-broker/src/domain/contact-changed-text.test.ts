import { describe, expect, it } from 'vitest';
import { contactChangedEmail, contactChangedSms } from './contact-changed-text.ts';
import { isOneSms } from './gsm.ts';

// Already the 22nd in Paris.
const changedAt = Date.UTC(2026, 10, 21, 23, 47);
const reportUrl = 'https://wallet.esw.esante.example/signalement';
const changed = (contact: 'phone' | 'email') => ({ kind: 'contact-changed', contact, changedAt }) as const;

describe('the SMS that tells of a changed contact', () => {
  it('says what changed, when, and where to report it, in one part', () => {
    expect(contactChangedSms(changed('phone'), reportUrl)).toBe(
      `Pro Santé Connect : votre numéro de téléphone a été modifié le 22/11/2026. Si ce n'est pas vous : ${reportUrl}`,
    );
    expect(contactChangedSms(changed('email'), reportUrl)).toContain('votre adresse e-mail a été modifiée');
    for (const contact of ['phone', 'email'] as const)
      expect(isOneSms(contactChangedSms(changed(contact), reportUrl))).toBe(true);
  });

  it('stays in one part when the link is too long for it, or of another alphabet', () => {
    for (const url of [`https://wallet.example/${'a'.repeat(80)}`, 'https://wallet.example/~être']) {
      const text = contactChangedSms(changed('email'), url);
      expect(isOneSms(text)).toBe(true);
      expect(text).toContain("Si ce n'est pas vous, signalez-le");
      expect(text).not.toContain('https');
    }
  });
});

describe('the e-mail that tells of a changed contact', () => {
  it('says what changed, when, and what to do when it was somebody else', () => {
    const { subject, text } = contactChangedEmail(changed('phone'), reportUrl);
    expect(subject).toBe('Votre numéro de téléphone a été modifié');
    expect(text).toContain('a été modifié le 22 novembre 2026 à 00:47 (heure de Paris)');
    expect(text).toContain('Si ce n’est pas vous');
    expect(text).toContain(`signalez ce changement : ${reportUrl}\n`);
    expect(text).not.toContain('ancienne adresse');
  });

  it('says that it comes to the former address when it is the address that changed', () => {
    const { subject, text } = contactChangedEmail(changed('email'), reportUrl);
    expect(subject).toBe('Votre adresse e-mail a été modifiée');
    expect(text).toContain('à l’ancienne adresse');
  });
});

it('an SMS is of one part up to 160 characters of the alphabet of phones', () => {
  expect(isOneSms('é'.repeat(160))).toBe(true);
  expect(isOneSms('é'.repeat(161))).toBe(false);
  for (const other of ['ê', 'ç', '’', '…', '{']) expect(isOneSms(other)).toBe(false);
});
