import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extractionProSanteConnect, personneActivite } from '@psc/sandbox/seeds/extracts.ts';
import { invent } from '@psc/sandbox/seeds/invent.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { Batch, Mark, OpenedExtract, SourceOptions } from '#src/ports/extract.ts';
import { createExtracts } from './open-source.ts';

let folder: string;
let temporaryFolder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extracts-'));
  temporaryFolder = await mkdtemp(join(tmpdir(), 'spool-'));
});
afterAll(async () => {
  expect(await readdir(temporaryFolder)).toEqual([]);
  await rm(folder, { recursive: true });
  await rm(temporaryFolder, { recursive: true });
});

async function open(source: string, options?: SourceOptions, stdin = Readable.from([])) {
  return createExtracts({ stdin, temporaryFolder }).open(source, options);
}

async function openContent(content: string | Buffer) {
  const path = join(folder, 'extract.txt');
  await writeFile(path, content);
  return open(path);
}

async function readAll(extract: OpenedExtract, from?: Mark): Promise<Batch & { marks: Mark[] }> {
  const described = [];
  const rejected = [];
  const marks: Mark[] = [];
  for await (const batch of extract.read(from)) {
    if (!batch.ok) throw new Error(batch.sentence);
    described.push(...batch.value.described);
    rejected.push(...batch.value.rejected);
    marks.push(batch.value.mark);
  }
  const mark = marks.at(-1);
  if (!mark) throw new Error('no mark');
  return { described, rejected, warnings: [], mark, marks };
}

async function read(content: string | Buffer) {
  const opened = await openContent(content);
  if (!opened.ok) throw new Error(opened.sentence);
  const [extract] = opened.value.extracts;
  if (!extract) throw new Error('no extract');
  const all = await readAll(extract);
  await opened.value.close();
  return { ...all, extract };
}

/** What is told when all that can be read was read. */
async function refusalOf(source: string, stdin?: Readable) {
  const opened = await open(source, {}, stdin);
  if (!opened.ok) return opened;
  try {
    for (const extract of opened.value.extracts)
      for await (const batch of extract.read()) if (!batch.ok) return batch;
    return undefined;
  } finally {
    await opened.value.close();
  }
}

async function zipOf(files: Readonly<Record<string, string | Buffer>>, compress = true): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files))
    zip.addBuffer(Buffer.from(content), name, { compress });
  zip.end();
  return buffer(zip.outputStream);
}

const people = Array.from({ length: 3 }, (_, i) => invent({ familyName: 'HÉLÈNE' }, i + 1));
const text = personneActivite(people);
const many = Array.from({ length: 6_000 }, (_, i) => invent({}, i + 1));
const subjects = people.map(({ nationalId }) => nationalId);
const sha256Of = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

describe('an extract', () => {
  it('is read whole, and known by its hash', async () => {
    const { extract, described, rejected, mark } = await read(text);
    expect(extract).toMatchObject({
      kind: 'personne_activite',
      source: 'extract.txt',
      bytes: Buffer.byteLength(text),
    });
    expect(described.map((run) => [run.line, run.subject])).toEqual(subjects.map((id, i) => [i + 2, id]));
    expect(described[0]?.rows).toContain('|HÉLÈNE|');
    expect(rejected).toEqual([]);
    expect(mark).toEqual({ bytes: Buffer.byteLength(text), lines: 4, sha256: sha256Of(text) });
  });

  it('of many buffers is read in order, to the last row', async () => {
    const long = extractionProSanteConnect(many);
    const { extract, described, rejected, marks, mark } = await read(long);
    expect(extract.kind).toBe('pro_sante_connect');
    expect(described.map((run) => run.subject)).toEqual(many.map((person) => person.nationalId));
    expect(rejected).toEqual([]);
    expect(marks.length).toBeGreaterThan(2);
    expect(mark.sha256).toBe(sha256Of(long));
  });

  it.each([
    ['a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['Windows line ends', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['ISO-8859-1', Buffer.from(text, 'latin1')],
    ['no trailing separator', Buffer.from(text.replaceAll('|\n', '\n'))],
    ['no last line feed', Buffer.from(text.trimEnd())],
    ['blank lines at the end', Buffer.from(`${text}\n\n`)],
  ])('may have %s, and says the same', async (_, content) => {
    const { described, rejected } = await read(content);
    expect(described).toEqual((await read(text)).described);
    expect(rejected).toEqual([]);
  });

  it('goes on from any mark, with the same runs and the same hash', async () => {
    const long = personneActivite(many);
    const whole = await read(long);
    const opened = await openContent(long);
    if (!opened.ok) throw new Error(opened.sentence);
    const [extract] = opened.value.extracts;
    for (const from of whole.marks) {
      const rest = extract && (await readAll(extract, from));
      expect(rest?.described).toEqual(whole.described.filter((run) => run.line > from.lines));
      expect(rest?.mark).toEqual(whole.mark);
    }
    await opened.value.close();
  });

  it.each([
    ['grows', (content: string) => content + content.slice(content.indexOf('\n') + 1)],
    ['shrinks', (content: string) => content.slice(0, content.indexOf('\n', content.length / 2) + 1)],
  ])('that %s while it is read is refused', async (_, change) => {
    const long = personneActivite(many);
    const opened = await openContent(long);
    if (!opened.ok) throw new Error(opened.sentence);
    const [extract] = opened.value.extracts;
    await writeFile(join(folder, 'extract.txt'), change(long));
    const told = [];
    for await (const batch of extract?.read() ?? []) told.push(batch);
    expect(told.at(-1)).toMatchObject({ ok: false, refusal: 'file_changed' });
    await opened.value.close();
  });

  it('that changed before the mark is refused as another one', async () => {
    const long = personneActivite(many);
    const { marks } = await read(long);
    const opened = await openContent(long.replace('PARIS', 'PARIZ'));
    if (!opened.ok) throw new Error(opened.sentence);
    const batches = opened.value.extracts[0]?.read(marks[0])[Symbol.asyncIterator]();
    expect((await batches?.next())?.value).toMatchObject({ ok: false, refusal: 'file_is_another' });
    expect(await batches?.next()).toMatchObject({ done: true });
    await opened.value.close();
  });
});

describe('what is not an extract is refused at once:', () => {
  it.each([
    ['nothing', '', 'file_empty'],
    ['blank lines', '\n\n  \n', 'file_empty'],
    ['a web page', '\n<!DOCTYPE html><html>Erreur 503</html>', 'file_is_a_web_page'],
    ['a web page with a mark', '\ufeff<html>', 'file_is_a_web_page'],
    ['no header', text.split('\n').slice(1).join('\n'), 'header_unknown'],
    ['bytes', Buffer.from([0, 1, 2, 3, 10, 255]), 'header_unknown'],
    ['a header that was cut', (text.split('\n')[0] ?? '').slice(0, 200), 'header_unknown'],
  ])('%s', async (_, content, refusal) => {
    expect(await openContent(content)).toMatchObject({ ok: false, refusal });
  });

  it('a file that is not there', async () => {
    expect(await open(join(folder, 'nowhere.txt'))).toMatchObject({ refusal: 'file_unreadable' });
    expect(await open(folder)).toMatchObject({ refusal: 'file_unreadable' });
  });

  it('a file that was cut anywhere in its last line, with the column where it stops', async () => {
    const lastLine = text.trimEnd().lastIndexOf('\n') + 1;
    const bytes = Buffer.from(text);
    for (let end = Buffer.byteLength(text.slice(0, lastLine)) + 1; end < bytes.length - 1; end++)
      expect(await openContent(bytes.subarray(0, end))).toMatchObject({ refusal: 'file_truncated' });
    expect(await openContent(text.slice(0, lastLine + 12))).toMatchObject({
      sentence: 'the last line stops in column 2 of 56: the file is truncated',
    });
    // Without a trailing separator nothing but the line feed proves that the last value is whole.
    expect(await openContent(text.replaceAll('|\n', '\n').trimEnd())).toMatchObject({
      refusal: 'file_truncated',
    });
  });
});

describe('a line that is no row', () => {
  it('however long, is set aside without being kept in memory, and the lines after it are read', async () => {
    const [header, first, ...others] = text.split('\n');
    for (const length of [70_000, 400_000, 3_000_000]) {
      const long = [header, first, 'x'.repeat(length), ...others].join('\n');
      const { described, rejected, mark } = await read(long);
      expect(rejected).toEqual([{ line: 3, reason: 'line_too_long' }]);
      expect(described.map((run) => [run.line, run.subject])).toEqual([
        [2, subjects[0]],
        [4, subjects[1]],
        [5, subjects[2]],
      ]);
      expect(mark).toMatchObject({ lines: 5, sha256: sha256Of(long) });
    }
  });

  it('at the end of the file says that it was cut', async () => {
    const path = join(folder, 'long.txt');
    await writeFile(path, `${text}${'x'.repeat(3_000_000)}`);
    expect(await refusalOf(path)).toMatchObject({ refusal: 'file_truncated' });
  });
});

describe('a zip archive', () => {
  const savoirFaire = `${[
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice",
    'Code profession|Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle',
    'Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire',
  ].join('|')}|\n8|99700000013|899700000013|LAMBDA|CAMILLE|10|Médecin|C|Civil|S|Spécialité|SM26|Médecine|\n`;
  const names = {
    practice: 'PS_LibreAcces_Personne_activite_202601020843.txt',
    knowHow: 'PS_LibreAcces_SavoirFaire_202601020843.txt',
  };

  async function openZip(content: Buffer) {
    const path = join(folder, 'PS_LibreAcces_202601020942.zip');
    await writeFile(path, content);
    return open(path);
  }
  async function refusalOfZip(content: Buffer) {
    const path = join(folder, 'PS_LibreAcces_202601020942.zip');
    await writeFile(path, content);
    return refusalOf(path);
  }

  it.each([true, false])('holds several extracts, told apart by name (compressed: %s)', async (compress) => {
    const files = { 'lisez-moi.pdf': '%PDF', [names.knowHow]: savoirFaire, [names.practice]: text };
    const opened = await openZip(await zipOf(files, compress));
    if (!opened.ok) throw new Error(opened.sentence);
    const { extracts } = opened.value;
    expect(extracts.map(({ kind, source }) => [kind, source])).toEqual([
      ['personne_activite', `PS_LibreAcces_202601020942.zip/${names.practice}`],
      ['savoir_faire', `PS_LibreAcces_202601020942.zip/${names.knowHow}`],
    ]);
    const [first, second] = await Promise.all(extracts.map((extract) => readAll(extract)));
    expect(first?.described.map((run) => run.subject)).toEqual(subjects);
    expect(first?.mark.sha256).toBe(sha256Of(text));
    expect(second?.described).toMatchObject([{ rows: 'LAMBDA|CAMILLE|10|C|S|SM26' }]);
    await opened.value.close();
  });

  it('of one file may name it as it wants', async () => {
    const opened = await openZip(await zipOf({ 'fichier.txt': text }));
    expect(opened).toMatchObject({ ok: true, value: { extracts: [{ kind: 'personne_activite' }] } });
    if (opened.ok) await opened.value.close();
  });

  it('is read from a mark on, as the file in it would be', async () => {
    const long = personneActivite(many);
    const whole = await read(long);
    const opened = await openZip(await zipOf({ [names.practice]: long }));
    if (!opened.ok) throw new Error(opened.sentence);
    const [extract] = opened.value.extracts;
    const from = whole.marks[1];
    const rest = extract && (await readAll(extract, from));
    expect(rest?.described).toEqual(whole.described.filter((run) => run.line > (from?.lines ?? 0)));
    expect(rest?.mark).toEqual(whole.mark);
    await opened.value.close();
  });

  it('that was cut, or in which one bit differs, is refused as damaged', async () => {
    const zip = await zipOf({ [names.practice]: personneActivite(many) });
    expect(await refusalOfZip(zip.subarray(0, zip.length - 40))).toMatchObject({ refusal: 'zip_damaged' });
    for (const at of [2_000, Math.floor(zip.length / 2)]) {
      const bent = Buffer.from(zip);
      bent[at] = (bent[at] ?? 0) ^ 1;
      expect(await refusalOfZip(bent)).toMatchObject({ refusal: 'zip_damaged' });
    }
    const stored = await zipOf({ [names.practice]: text }, false);
    const bent = Buffer.from(stored.toString('latin1').replace('PARIS', 'PARIZ'), 'latin1');
    expect(await refusalOfZip(bent)).toMatchObject({ refusal: 'zip_damaged' });
  });

  it('names nothing that a terminal would obey, or that PostgreSQL cannot hold', async () => {
    const odd = 'x\u001b[2J\u0000.txt';
    const opened = await openZip(await zipOf({ [odd]: text }));
    expect(opened.ok && opened.value.extracts.map(({ source }) => source)).toEqual([
      'PS_LibreAcces_202601020942.zip/x�[2J�.txt',
    ]);
    const outside = await zipOf({ 'xx/\u001b[2J': text });
    for (const at of [outside.indexOf('xx/'), outside.lastIndexOf('xx/')]) outside.write('../', at);
    for (const zip of [await zipOf({ [odd]: '<html>' }), outside]) {
      const refused = await refusalOfZip(zip);
      expect(refused?.sentence).toMatch(/�\[2J/);
      expect(refused?.sentence).not.toMatch(/\p{Cc}/u);
    }
  });

  it('whose file is longer than announced is refused before all of it is unzipped', async () => {
    const zip = await zipOf({ [names.practice]: `${text}${' '.repeat(50_000_000)}` });
    const directory = zip.lastIndexOf(Buffer.from('PK\x01\x02'));
    zip.writeUInt32LE(Buffer.byteLength(text) + 1000, directory + 24);
    expect(await refusalOfZip(zip)).toMatchObject({ refusal: 'zip_damaged' });
    zip.writeUInt32LE(0xfffffff0, directory + 24);
    expect(await refusalOfZip(zip)).toMatchObject({ refusal: 'zip_damaged' });
  });

  it('of too many files is refused', async () => {
    const files = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`${i}.txt`, text]));
    expect(await refusalOfZip(await zipOf(files))).toMatchObject({ refusal: 'zip_too_large' });
  });

  it('that is encrypted is refused', async () => {
    const zip = await zipOf({ [names.practice]: text });
    const directory = zip.lastIndexOf(Buffer.from('PK\x01\x02'));
    zip.writeUInt16LE(zip.readUInt16LE(directory + 8) | 1, directory + 8);
    expect(await refusalOfZip(zip)).toMatchObject({ refusal: 'zip_encrypted' });
  });

  it.each([
    ['nothing', {}],
    ['no extract', { 'a.txt': text, 'b.txt': text }],
    ['a file whose content is not what its name says', { [names.knowHow]: text, [names.practice]: text }],
    ['two of one kind', { [names.practice]: text, [`a/${names.practice}`]: text }],
  ])('with %s is refused', async (_, files) => {
    expect(await refusalOfZip(await zipOf(files))).toMatchObject({ refusal: 'zip_unexpected' });
  });

  it('with a web page in it is refused by the name of the file', async () => {
    expect(await refusalOfZip(await zipOf({ [names.practice]: '<html>' }))).toMatchObject({
      refusal: 'file_is_a_web_page',
      sentence: expect.stringContaining(names.practice),
    });
  });
});

describe('standard input', () => {
  it('is kept in a private file without a name, and may be a zip too', async () => {
    for (const content of [Buffer.from(text), await zipOf({ 'fichier.txt': text })]) {
      const received: number[] = [];
      const stdin = Readable.from([content.subarray(0, 100), content.subarray(100)]);
      const opened = await open('-', { onReceived: (bytes) => received.push(bytes) }, stdin);
      if (!opened.ok) throw new Error(opened.sentence);
      expect(received).toEqual([100, content.length]);
      expect(await readdir(temporaryFolder)).toEqual([]);
      const [extract] = opened.value.extracts;
      expect((extract && (await readAll(extract)))?.described.map((run) => run.subject)).toEqual(subjects);
      await opened.value.close();
    }
  });

  it('without anything is refused', async () => {
    expect(await refusalOf('-')).toMatchObject({ refusal: 'file_empty' });
  });
});
