import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractionProSanteConnect, personneActivite } from '@psc/sandbox/seeds/extracts.ts';
import { invent } from '@psc/sandbox/seeds/invent.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExtract } from './open-extract.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extracts-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(content: string | Buffer) {
  const path = join(folder, 'extract.txt');
  await writeFile(path, content);
  return openExtract(path);
}

async function read(content: string | Buffer) {
  const opened = await open(content);
  if (!opened.ok) throw new Error(opened.sentence);
  const rows = [];
  for await (const batch of opened.value.rows) rows.push(...batch);
  const sha256 = opened.value.sha256();
  await opened.value.close();
  return { kind: opened.value.kind, rows, sha256 };
}

const people = Array.from({ length: 3 }, (_, i) => invent({ familyName: 'HÉLÈNE' }, i + 1));
const text = personneActivite(people);

describe('an extract', () => {
  it('is read whole, and known by its hash', async () => {
    const { kind, rows, sha256 } = await read(text);
    expect(kind).toBe('personne_activite');
    expect(rows.map((row) => [row.line, row.nationalId])).toEqual(
      people.map(({ nationalId }, index) => [index + 2, nationalId]),
    );
    expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('of many chunks is read in order, to the last row', async () => {
    const many = Array.from({ length: 4_000 }, (_, i) => invent({}, i + 1));
    const { rows } = await read(extractionProSanteConnect(many));
    expect(rows.map((row) => row.nationalId)).toEqual(many.map((person) => person.nationalId));
    expect(rows.some((row) => 'reason' in row)).toBe(false);
  });

  it.each([
    ['a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['Windows line ends', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['ISO-8859-1', Buffer.from(text, 'latin1')],
    ['no trailing separator', Buffer.from(text.replaceAll('|\n', '\n'))],
    ['no last line feed', Buffer.from(text.trimEnd())],
    ['blank lines at the end', Buffer.from(`${text}\n\n`)],
  ])('may have %s', async (_, content) => {
    const { rows } = await read(content);
    expect(rows).toHaveLength(3);
    expect(rows).toMatchObject([
      { familyName: 'HÉLÈNE' },
      { familyName: 'HÉLÈNE' },
      { familyName: 'HÉLÈNE' },
    ]);
  });

  it('may hold bad rows, and numbers them as the file does', async () => {
    const [header, first, second] = text.split('\n');
    const { rows } = await read(`${header}\n${first}\n\n8|oops\n${second}\n`);
    expect(rows).toMatchObject([{ line: 2 }, { line: 4, reason: 'column_count' }, { line: 5 }]);
  });
});

describe('what is not an extract is refused at once:', () => {
  it.each([
    ['nothing', '', 'file_empty'],
    ['blank lines', '\n\n  \n', 'file_empty'],
    ['a web page', '\n<!DOCTYPE html><html>Erreur 503</html>', 'file_is_a_web_page'],
    ['a web page with a mark', '\ufeff<html>', 'file_is_a_web_page'],
    ['an archive', 'PK\x03\x04abc', 'file_is_an_archive'],
    ['no header', text.split('\n').slice(1).join('\n'), 'header_unknown'],
    [
      'another file of the same archive',
      "Type d'identifiant PP|Identifiant PP|Code diplôme obtenu|\n",
      'header_unknown',
    ],
    ['bytes', Buffer.from([0, 1, 2, 3, 10, 255]), 'header_unknown'],
    ['a header that was cut', (text.split('\n')[0] ?? '').slice(0, 200), 'header_unknown'],
  ])('%s', async (_, content, refusal) => {
    expect(await open(content)).toMatchObject({ ok: false, refusal });
  });

  it('a file that is not there', async () => {
    expect(await openExtract(join(folder, 'nowhere.txt'))).toMatchObject({ refusal: 'file_unreadable' });
    expect(await openExtract(folder)).toMatchObject({ refusal: 'file_unreadable' });
  });

  it('a file that was cut anywhere in its last line, with the column where it stops', async () => {
    const lastLine = text.trimEnd().lastIndexOf('\n') + 1;
    const bytes = Buffer.from(text);
    for (let end = Buffer.byteLength(text.slice(0, lastLine)) + 1; end < bytes.length - 1; end++)
      expect(await open(bytes.subarray(0, end))).toMatchObject({ refusal: 'file_truncated' });
    expect(await open(text.slice(0, lastLine + 12))).toMatchObject({
      sentence: 'the last line stops in column 2 of 56: the file is truncated',
    });
    // Without a trailing separator nothing but the line feed proves that the last value is whole.
    expect(await open(text.replaceAll('|\n', '\n').trimEnd())).toMatchObject({ refusal: 'file_truncated' });
  });
});
