import { createHash } from 'node:crypto';
import { extractFormats } from '@psc/extracts';
import { extractionProSanteConnect, personneActivite } from '@psc/sandbox/seeds/extracts.ts';
import { invent } from '@psc/sandbox/seeds/invent.ts';
import { seededPeople } from '@psc/sandbox/seeds/register.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addWarnings, type Warning } from '#src/domain/row-problems.ts';
import { parseRows } from '#src/domain/stored-rows.ts';
import type { Batch, DescribedRun, Mark } from '#src/ports/extract.ts';
import { fromChunks } from './byte-source.ts';
import { parseHeader } from './header.ts';
import { readExtract } from './read-extract.ts';

function* chunksOf(content: Buffer, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

/** Reads a text as if it came in chunks of a size, from a mark on. */
async function read(
  content: string | Buffer,
  { chunk = 65_536, from }: { chunk?: number; from?: Mark } = {},
) {
  const bytes = Buffer.from(content);
  const encoding = bytes.toString('utf8').includes('\ufffd') ? 'windows-1252' : 'utf-8';
  return readAs(bytes, encoding, chunk, from);
}

async function readAs(bytes: Buffer, encoding: 'utf-8' | 'windows-1252', chunk = 65_536, from?: Mark) {
  const [header = ''] = new TextDecoder(encoding).decode(bytes).split('\n', 1);
  const layout = parseHeader(header.trimEnd());
  if (!layout.ok) throw new Error(layout.sentence);
  async function* chunks() {
    yield* chunksOf(bytes, chunk);
  }
  const text = { layout: layout.value, encoding, bytes: bytes.length };
  const described: DescribedRun[] = [];
  const rejected: Batch['rejected'][number][] = [];
  let warnings: readonly Warning[] = [];
  const marks: Mark[] = [];
  for await (const batch of readExtract(fromChunks(chunks()), text, from)) {
    if (!batch.ok) return { refused: batch, described, rejected, warnings, marks };
    described.push(...batch.value.described);
    rejected.push(...batch.value.rejected);
    warnings = addWarnings(warnings, batch.value.warnings);
    marks.push(batch.value.mark);
  }
  return { described, rejected, warnings, marks };
}

const wordOf = (text: string) => createHash('sha256').update(text).digest().readBigInt64BE(0);
const xor = (words: readonly bigint[]) => words.reduce((all, word) => all ^ word, 0n);

const person = invent({ givenName: "N'GOLO", familyName: 'O"BRIEN' }, 1);
const other = invent({}, 2);
const { nationalId } = person;
const text = personneActivite([person]);
const [header = '', line = ''] = text.split('\n');
const columns = header.split('|');

/** The person's line, with other values in some columns. */
function lineWith(values: Readonly<Record<string, string>>, of = line, names: readonly string[] = columns) {
  const cells = of.split('|');
  for (const [name, value] of Object.entries(values)) cells[names.indexOf(name)] = value;
  return cells.join('|');
}
const fileOf = (...lines: readonly string[]) => `${[header, ...lines].join('\n')}\n`;

describe('a row of the public file', () => {
  it('says who, and what they practise', async () => {
    const { described } = await read(text);
    expect(described).toMatchObject([
      { line: 2, subject: nationalId, count: 1, otherIds: [], contact: undefined },
    ]);
    expect(parseRows('personne_activite', described[0]?.rows ?? '')).toMatchObject([
      {
        familyName: '',
        givenName: '',
        nomDexercice: 'O"BRIEN',
        prenomDexercice: "N'GOLO",
        codeProfession: '10',
        codeSavoirFaire: 'SM26',
        codePostal: '75009',
      },
    ]);
  });

  it('leaves empty the columns that its layout does not have', async () => {
    const narrow = text.split('\n').map((each) => each.split('|').slice(0, 48).join('|'));
    const { described } = await read(narrow.join('\n'));
    expect(parseRows('personne_activite', described[0]?.rows ?? '')).toMatchObject([
      { codeProfession: '10', codeSecteurDactivite: '', codeRole: '', codeGenreActivite: '' },
    ]);
  });

  it('is the same whatever spaces are around its values', async () => {
    const spaced = text.replaceAll(/\|(?!\n)/g, '  |   ');
    expect((await read(spaced)).described).toEqual((await read(text)).described);
  });
});

describe('the rows of one person that follow each other', () => {
  const there = lineWith({ 'Raison sociale site': 'AILLEURS' });

  it('are one run, with a repeated one once', async () => {
    const { described } = await read(
      fileOf(line, there, line, personneActivite([other]).split('\n')[1] ?? ''),
    );
    const rows = described[0]?.rows.split('\n') ?? [];
    expect(described.map((run) => [run.line, run.subject, run.count])).toEqual([
      [2, nationalId, 3],
      [5, other.nationalId, 1],
    ]);
    expect(rows).toHaveLength(2);
    expect(described[0]?.digest).toBe(xor(rows.map(wordOf)));
  });

  it('have the same digest in another order, and another one when a value differs', async () => {
    const digestOf = async (...lines: string[]) => (await read(fileOf(...lines))).described[0]?.digest;
    const digest = await digestOf(line, there);
    expect(await digestOf(there, line)).toBe(digest);
    expect(await digestOf(line, lineWith({ 'Raison sociale site': 'AILLEURZ' }))).not.toBe(digest);
    // What is not kept does not count.
    expect(await digestOf(lineWith({ 'Libellé profession': 'Docteur en médecine' }), there)).toBe(digest);
  });

  it('are several runs when they are too many for the memory, the same from any mark', async () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => lineWith({ 'Raison sociale site': `SITE ${i}` }));
    const { described, marks } = await read(fileOf(...lines));
    expect(described.length).toBeGreaterThan(1);
    expect(described.reduce((sum, run) => sum + run.count, 0)).toBe(2_000);
    for (const from of marks) {
      const rest = await read(fileOf(...lines), { from });
      expect(rest.described).toEqual(described.filter((run) => run.line > from.lines));
    }
  });

  it('and then as many blank or bad lines as can be, are still one run', async () => {
    for (const filler of ['\n', `${line.slice(9)}\n`]) {
      const { described, marks } = await read(`${fileOf(line)}${filler.repeat(2_000_000 / filler.length)}`);
      expect(described).toMatchObject([{ line: 2, subject: nationalId, count: 1 }]);
      expect(marks.length).toBeGreaterThan(2);
    }
  });

  it('are not parted by a bad row', async () => {
    const { described, rejected } = await read(fileOf(line, line.slice(9), there));
    expect(described).toMatchObject([{ line: 2, count: 2 }]);
    expect(rejected).toMatchObject([{ line: 3, reason: 'column_count' }]);
  });
});

describe('a row of the restricted file', () => {
  const restricted = extractionProSanteConnect([person]);
  const names = (restricted.split('\n')[0] ?? '').split('|');
  const withIds = (value: string) => {
    const [first = '', second = ''] = restricted.split('\n');
    return `${first}\n${lineWith({ 'Autres identifiants': value }, second, names)}\n`;
  };

  it('says civil names, other identifiers and contacts beside', async () => {
    const { described, rejected } = await read(extractionProSanteConnect(seededPeople));
    const of = (id: string) => described.find((run) => run.subject === id);
    expect(of('899700000088')).toMatchObject({
      otherIds: ['0759999998'],
      contact: { phone: '+33 639983571', mail: 'irene.vasseur@sante.example' },
    });
    const [row] = parseRows('pro_sante_connect', of('899700000039')?.rows ?? '');
    expect(row).toMatchObject({ familyName: 'LEFÈVRE', givenName: "Zoé''", nomDexercice: "L'HERMITTE" });
    expect(rejected).toEqual([]);
  });

  it('counts its other identifiers in the digest, and not its contact', async () => {
    const digestOf = async (file: string) => (await read(file)).described[0]?.digest ?? 0n;
    const alone = await digestOf(withIds(`${nationalId},RPPS,1`));
    expect(await digestOf(withIds(''))).toBe(alone);
    expect((await digestOf(withIds('0759999998,ADELI,1'))) ^ alone).toBe(wordOf('\n0759999998'));
    expect(await digestOf(restricted.replace(person.mail, 'elsewhere@sante.example'))).toBe(alone);
  });

  it('takes the contact from the first row that has one, and the identifiers of all', async () => {
    const [first = '', second = ''] = restricted.split('\n');
    const without = lineWith(
      {
        'Téléphone (coord. correspondance)': '',
        'Adresse e-mail (coord. correspondance)': '',
        'Autres identifiants': '0759999998,ADELI,1',
        'Raison sociale site': 'AILLEURS',
      },
      second,
      names,
    );
    const { described } = await read(`${[first, without, second].join('\n')}\n`);
    expect(described).toMatchObject([
      { count: 2, otherIds: ['0759999998'], contact: { phone: person.phone, mail: person.mail } },
    ]);
  });

  it('is set aside when its other identifiers are not understood', async () => {
    const many = Array.from({ length: 20 }, (_, i) => `07599999${10 + i},ADELI,1`).join(';');
    for (const ids of ['n’importe quoi', many])
      expect((await read(withIds(ids))).rejected).toEqual([
        { line: 2, reason: 'other_identifiers_malformed', subject: nationalId },
      ]);
  });
});

describe('a bad row', () => {
  it.each([
    ['a column is missing', line.replace('75009|', ''), { reason: 'column_count', subject: nationalId }],
    ['the end was cut', line.slice(0, -1), { reason: 'column_count', subject: nationalId }],
    ['there is one column more', `${line}|`, { reason: 'column_count', subject: nationalId }],
    ['only its beginning is there', '8|997', { reason: 'column_count' }],
    ['it holds a zero', line.replace('PARIS', 'PAR\0S'), { reason: 'not_text', subject: nationalId }],
    ['it is about nobody', line.replace(nationalId, ''), { reason: 'national_id_malformed' }],
    [
      'the identifier lost its type',
      line.replace(nationalId, nationalId.slice(1)),
      { reason: 'national_id_malformed' },
    ],
    [
      'a value is too long',
      lineWith({ 'Raison sociale site': 'É'.repeat(513) }),
      { reason: 'value_too_long', subject: nationalId },
    ],
  ])('is told with its reason and its person when %s', async (_, bad, rejected) => {
    const good = personneActivite([other]).split('\n')[1] ?? '';
    const read_ = await read(fileOf(bad, good));
    expect(read_.rejected).toEqual([{ line: 2, ...rejected }]);
    expect(read_.described.map((run) => run.subject)).toEqual([other.nationalId]);
  });

  it('may have as many characters as a value may, however many bytes they are', async () => {
    const longest = lineWith({ 'Raison sociale site': '€'.repeat(512) });
    expect((await read(fileOf(longest))).rejected).toEqual([]);
  });

  it('is one whose value is long by what nobody sees', async () => {
    const { rejected } = await read(fileOf(lineWith({ 'Raison sociale site': '\u00a0'.repeat(20_000) })));
    expect(rejected).toEqual([{ line: 2, reason: 'value_too_long', subject: nationalId }]);
  });

  it('spoils itself alone when its bytes are not text', async () => {
    const spoilt = Buffer.from(fileOf(line, lineWith({ 'Raison sociale site': 'CAF@' }), line));
    spoilt[spoilt.indexOf('CAF@') + 3] = 0xe9;
    const { described, rejected } = await readAs(spoilt, 'utf-8');
    expect(rejected).toEqual([{ line: 3, reason: 'not_text', subject: nationalId }]);
    expect(described).toMatchObject([{ subject: nationalId, count: 2 }]);
  });
});

describe('two files put together', () => {
  it('are refused with the line where the second begins', async () => {
    expect((await read(fileOf(line, header, line))).refused).toMatchObject({
      refusal: 'header_repeated',
      sentence: 'line 3 is the header again: two files were put together',
    });
  });
});

describe('a wrong check digit', () => {
  it('is counted and told, and sets nothing aside', async () => {
    const wrong = (digits: string) => digits.slice(0, -1) + ((Number(digits.at(-1)) + 1) % 10);
    const bad = lineWith({
      'Identifiant PP': wrong(nationalId.slice(1)),
      'Identification nationale PP': wrong(nationalId),
      'Numéro SIRET site': '26250462400013',
      'Numéro SIREN site': '262504625',
      'Numéro FINESS site': '250000701',
      'Ancien identifiant de la structure': '410100375103006',
    });
    const { warnings, rejected, described } = await read(fileOf(bad, bad));
    expect(warnings).toEqual([
      { reason: 'rpps_key', count: 1, firstLines: [2] },
      { reason: 'finess_key', count: 2, firstLines: [2, 3] },
      { reason: 'siren_key', count: 2, firstLines: [2, 3] },
      { reason: 'siret_key', count: 2, firstLines: [2, 3] },
      { reason: 'rpps_rang_key', count: 2, firstLines: [2, 3] },
    ]);
    expect(rejected).toEqual([]);
    expect(described).toMatchObject([{ count: 2 }]);
  });

  it('is not seen where there is none: letters, no number, and the numbers of La Poste', async () => {
    const good = lineWith({
      'Numéro SIRET site': '35600000000048',
      'Numéro SIREN site': '',
      'Numéro FINESS site': '0B0270001',
      'Ancien identifiant de la structure': '410100375103005',
    });
    expect((await read(fileOf(good))).warnings).toEqual([]);
  });

  it('nor is an identity whose columns differ silent', async () => {
    const { warnings } = await read(fileOf(lineWith({ 'Identifiant PP': '99700000099' })));
    expect(warnings).toEqual([{ reason: 'identifier_parts_differ', count: 1, firstLines: [2] }]);
  });
});

describe('the small files', () => {
  const write = (kind: keyof typeof extractFormats, ...rows: Readonly<Record<string, string>>[]) => {
    const { shapes, separator } = extractFormats[kind];
    const lines = rows.map((row) => shapes[0].map((name) => row[name] ?? '').join(separator));
    return `${[shapes[0].join(separator), ...lines].join('\n')}\n`;
  };

  it('of mailboxes are about a person, or about a structure', async () => {
    const box = { 'Type de BAL': 'ORG', 'Adresse BAL': 'accueil@hopital.mssante.example' };
    const { described, rejected } = await read(
      write(
        'mssante',
        { ...box, 'Identification nationale PP': nationalId },
        { ...box, 'Type Identifiant PP': '8', 'Identifiant PP': '99700000013' },
        { ...box, 'Identification Structure': '0B0270001', 'Raison Sociale structure BAL': 'HÔPITAL' },
        { ...box, 'Identification Structure': '0B0270001', 'Service de rattachement': 'URGENCES' },
        box,
      ),
    );
    expect(described.map((run) => [run.subject, run.count])).toEqual([
      [nationalId, 1],
      ['899700000013', 1],
      ['structure:0B0270001', 2],
    ]);
    expect(parseRows('mssante', described[2]?.rows ?? '')[0]).toMatchObject({ raisonSociale: 'HÔPITAL' });
    expect(rejected).toEqual([{ line: 6, reason: 'subject_missing' }]);
  });

  it('of cards are in ISO-8859-1, and say what identifier a card of before holds', async () => {
    const card = { 'Numéro carte': '2800262487', 'Code type de carte': 'CPS', "Prénom d'exercice": 'Zoé' };
    const content = write(
      'porteurs',
      {
        ...card,
        'Identifiant PP': '99700000013',
        'Identifiant national contenu dans la carte': '0759999998',
      },
      { ...card, 'Identifiant PP': '759999998', 'Identifiant national contenu dans la carte': '?' },
      { ...card, 'Identifiant PP': '', 'Date opposition': '20260101' },
    );
    const { described, rejected } = await readAs(Buffer.from(content, 'latin1'), 'windows-1252');
    expect(described).toMatchObject([
      { subject: '899700000013', otherIds: ['0759999998'], rows: 'CPS|2800262487||||' },
      { subject: '0759999998', otherIds: [] },
    ]);
    expect(rejected).toEqual([{ line: 4, reason: 'national_id_malformed' }]);
  });

  it('of moved numbers give each RPPS number its ADELI one, and nothing else', async () => {
    const { described, rejected } = await read(
      write(
        'adeli-rpps',
        { 'N° ADELI': '759999998', 'N° RPPS': '99700000013' },
        { 'N° ADELI': '2A9999998', 'N° RPPS': '99700000021' },
        { 'N° ADELI': '', 'N° RPPS': '99700000039' },
      ),
    );
    expect(described).toMatchObject([
      { subject: '899700000013', otherIds: ['0759999998'], rows: '', digest: wordOf('\n0759999998') },
      { subject: '899700000021', otherIds: ['02A9999998'], rows: '' },
    ]);
    expect(rejected).toEqual([{ line: 4, reason: 'other_identifiers_malformed', subject: '899700000039' }]);
  });

  it('cannot hold the separator of stored rows', async () => {
    const content = write('porteurs', { 'Identifiant PP': '99700000013', 'Numéro carte': '1' });
    const { rejected } = await read(content.replaceAll('|', ';').replace(';1;', ';1|2;'));
    expect(rejected).toEqual([{ line: 2, reason: 'not_text', subject: '899700000013' }]);
  });

  it('are read in the characters that windows-1252 adds', async () => {
    const [first = ''] = text.split('\n');
    const bytes = Buffer.concat([
      Buffer.from(`${first}\n`, 'latin1'),
      Buffer.from(lineWith({ 'Raison sociale site': 'S@UR' }), 'latin1'),
      Buffer.from('\n'),
    ]);
    bytes[bytes.indexOf('S@UR') + 1] = 0x9c;
    const { described } = await readAs(bytes, 'windows-1252');
    expect(described[0]?.rows).toContain('|SœUR|');
  });
});

/** The same in a few slow lines: what the reader must be equal to. */
function modelOf(content: string) {
  const lines = content.split('\n');
  const runs: { line: number; subject: string; count: number; rows: string[] }[] = [];
  for (const [index, each] of lines.entries()) {
    const cells = each.replace(/\r$/, '').split('|');
    const id = cells[2]?.replaceAll(/^ +| +$/g, '');
    if (index === 0 || cells.length !== 57 || cells[56] !== '' || !/^8\d{11}$/.test(id ?? '')) continue;
    const kept = (name: string) => cells[columns.indexOf(name)]?.replaceAll(/^ +| +$/g, '') ?? '';
    const row = [kept("Nom d'exercice"), kept('Raison sociale site')].join('|');
    const open = runs.at(-1);
    if (open && open.subject === id) {
      open.count++;
      if (!open.rows.includes(row)) open.rows.push(row);
    } else runs.push({ line: index + 1, subject: id ?? '', count: 1, rows: [row] });
  }
  return runs;
}

describe('any file', () => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('', ' ', 'É', 'DUPONT', ' O"BRIEN ', '🩺', 'a b', "'") },
    {
      weight: 1,
      arbitrary: fc
        .string({ unit: 'grapheme', maxLength: 8 })
        .map((each) => each.replaceAll(/[|\r\n\0]/g, '')),
    },
  );
  const goodLine = fc
    .record({
      id: fc.constantFrom('899700000013', '899700000021', ' 899700000039 '),
      name: value,
      site: value,
    })
    .map(({ id, name, site }) =>
      lineWith({ 'Identification nationale PP': id, "Nom d'exercice": name, 'Raison sociale site': site }),
    );
  const badLine = fc.oneof(
    fc.constantFrom('', '|', '\r', line.slice(0, -1), `${line}|`, '8|x|899700000013|'),
    fc.string({ maxLength: 30 }).map((each) => each.replaceAll(/[\n\0]/g, '')),
  );
  const anyFile = fc
    .array(fc.oneof({ weight: 3, arbitrary: goodLine }, { weight: 1, arbitrary: badLine }), { maxLength: 30 })
    .map((lines) => fileOf(...lines));

  it('is read as a slow and simple reader does', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async (content) => {
        const { described } = await read(Buffer.from(content));
        const seen = described.map(({ line: at, subject, count, rows }) => ({
          line: at,
          subject,
          count,
          rows: parseRows('personne_activite', rows).map(
            (row) => `${row.nomDexercice}|${row.raisonSocialeSite}`,
          ),
        }));
        expect(seen).toEqual(modelOf(content));
      }),
    );
  });

  it('says the same in chunks of any size, and from any mark', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, fc.integer({ min: 1, max: 300 }), async (content, chunk) => {
        const bytes = Buffer.from(content);
        const whole = await readAs(bytes, 'utf-8');
        expect(await readAs(bytes, 'utf-8', chunk)).toEqual(whole);
        expect(whole.marks.at(-1)).toEqual({
          bytes: bytes.length,
          lines: content.split('\n').length - 1,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        });
        for (const from of whole.marks) {
          const rest = await readAs(bytes, 'utf-8', chunk, from);
          expect(rest.described).toEqual(whole.described.filter((run) => run.line > from.lines));
          expect(rest.marks.at(-1)).toEqual(whole.marks.at(-1));
        }
      }),
    );
  });

  it('of any bytes after a header is read or refused, and never fails', async () => {
    const anyBytes = fc.uint8Array({ maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            anyBytes,
            goodLine.map((each) => Buffer.from(each)),
          ),
        ),
        async (parts) => {
          for (const encoding of ['utf-8', 'windows-1252'] as const) {
            const bytes = Buffer.concat([
              Buffer.from(`${header}\n`, encoding === 'utf-8' ? 'utf8' : 'latin1'),
              ...parts,
            ]);
            const { described, rejected, marks, refused } = await readAs(bytes, encoding);
            const text = described.map(({ rows }) => rows).join('');
            expect(text).not.toMatch(/\0/);
            if (!refused) expect(marks.at(-1)?.bytes).toBe(bytes.length);
            for (const { line: at } of rejected) expect(at).toBeGreaterThan(1);
          }
        },
      ),
    );
  });
});
