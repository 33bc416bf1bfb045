import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { parseNationalId } from '@psc/kernel';
import { isWellFormed, parseOtherIdentifiers } from '#src/domain/identifier.ts';
import {
  type RejectedRow,
  type RejectReason,
  type Warning,
  type WarningReason,
  warningReasons,
} from '#src/domain/row-problems.ts';
import { storedFields } from '#src/domain/stored-rows.ts';
import type { Contact } from '#src/ports/contacts.ts';
import type { DescribedRun } from '#src/ports/extract.ts';
import { lacksLuhnKey, lacksSiretKey } from './check-digits.ts';
import { countWarnings } from './count-warnings.ts';
import type { Field } from './file-columns.ts';
import { findLineEnd } from './find-line-end.ts';
import type { Layout } from './header.ts';
import { newRun, type Run, withOthers, wordAt } from './run.ts';
import { readSubject } from './subject.ts';

/**
 * A row has at most 60 values of 512 characters: what is longer is not one. Such a line is set aside without being kept in
 * memory.
 */
export const LONGEST_LINE = 65_536;
/** A run ends after so many bytes, so that one subject cannot fill the memory: the rest is another run of theirs. */
export const LONGEST_RUN = 65_536;
const LONGEST_VALUE = 512;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const BAR = 0x7c;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const RPPS_TYPE = 0x38;
const ADELI_TYPE = 0x30;
const RPPS_RANG_TYPE = 0x34;

export interface Parsed {
  readonly described: DescribedRun[];
  readonly rejected: RejectedRow[];
  readonly warnings: Warning[];
  /** A line that is the header again: two files were put together. */
  readonly headerAgainAt: number | undefined;
  /** Bytes and lines read for good. What comes after is a run that may go on in the next bytes. */
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Answers how to read the lines of a file of this layout. It works on bytes, and makes a text of a row only once it is put
 * together: two million rows of 56 values are read in seconds, and a `"` is a character like another.
 */
export function createRunReader(layout: Layout, encoding: 'utf-8' | 'windows-1252') {
  const { kind, width, trailing, positions } = layout;
  const separator = layout.separator.charCodeAt(0);
  const at = (field: Field) => positions.get(field) ?? -1;
  const fields: readonly Field[] = storedFields[kind];
  const fieldsAt = Int32Array.from(fields, at);
  const nationalIdAt = at('nationalId');
  const keyAt = [nationalIdAt, at('identifierType'), at('identifier'), at('identificationStructure')].filter(
    (position, index) => position >= 0 && (kind === 'mssante' || index < 3),
  );
  const isByNationalId = nationalIdAt >= 0 && kind !== 'mssante' && kind !== 'porteurs';
  const typeAt = at('identifierType');
  const identifierAt = at('identifier');
  const partsAt = [typeAt, identifierAt];
  const otherIdsAt = at('otherIdentifiers');
  const adeliAt = at('adeli');
  const cardIdAt = at('cardNationalId');
  const phoneAt = at('phone');
  const mailAt = at('mail');
  const hasApart = otherIdsAt >= 0 || adeliAt >= 0 || cardIdAt >= 0 || phoneAt >= 0 || mailAt >= 0;
  const siretAt = at('numeroSiretSite');
  const sirenAt = at('numeroSirenSite');
  const finessAt = at('numeroFinessSite');
  const finessEjAt = at('numeroFinessetablissementJuridique');
  const structureAt = at('ancienIdentifiantDeLaStructure');
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });

  // Of the row at hand: see findLineEnd.
  const ends = new Int32Array(LONGEST_LINE + 3);
  let columns = 0;
  // The stored row, put together.
  const out = Buffer.alloc(fields.length * (4 * LONGEST_VALUE + 1) + 1);
  let outLength = 0;
  let outBits = 0;
  const digest = new DataView(new ArrayBuffer(8));

  let bytes: Buffer = Buffer.alloc(0);
  let isDoubtful = false;
  let described: DescribedRun[] = [];
  let rejected: RejectedRow[] = [];
  /** Pairs: index of the reason, line. */
  let warned: number[] = [];
  let run: Run | undefined;
  let headerAgainAt: number | undefined;
  // The digests of its rows, to keep a repeated one once.
  const highs: number[] = [];
  const lows: number[] = [];
  const openRun = () => run;

  const startOf = (column: number) => {
    let start = (ends[column + 1] ?? 0) + 1;
    const end = ends[column + 2] ?? 0;
    while (start < end && bytes[start] === SPACE) start++;
    return start;
  };
  const endOf = (column: number) => {
    const start = (ends[column + 1] ?? 0) + 1;
    let end = ends[column + 2] ?? 0;
    while (end > start && bytes[end - 1] === SPACE) end--;
    return end;
  };
  const readValue = (column: number) => {
    if (column < 0 || column >= columns) return '';
    const start = startOf(column);
    const end = endOf(column);
    return end <= start ? '' : decoder.decode(bytes.subarray(start, end)).trim();
  };

  function parse(chunk: Buffer, line: number, isLast: boolean): Parsed {
    bytes = chunk;
    isDoubtful = (encoding === 'utf-8' && !isUtf8(wholeLines(chunk, isLast))) || chunk.includes(0);
    described = [];
    rejected = [];
    warned = [];
    run = undefined;
    headerAgainAt = undefined;

    const length = chunk.length;
    let number = line;
    let lineStart = 0;
    while (lineStart < length) {
      const end = findLineEnd(chunk, lineStart, separator, ends);
      if (end === length && !isLast) break;
      readLine(number, lineStart, end, ends[0] ?? 0);
      number++;
      lineStart = end + 1;
    }
    if (lineStart > length) lineStart = length;
    // A line that is already too long ends the run before it, wherever the rest of it comes.
    if (isLast || length - lineStart > LONGEST_LINE) endRun();
    const open = openRun();
    if (open) {
      rejected.length = open.rejectedBefore;
      warned.length = open.warnedBefore;
    }
    return {
      described,
      rejected,
      warnings: countWarnings(warned),
      headerAgainAt,
      bytes: open ? open.start : lineStart,
      lines: (open ? open.line : number) - line,
    };
  }

  function readLine(line: number, start: number, lineFeed: number, count: number): void {
    const end = lineFeed > start && bytes[lineFeed - 1] === RETURN ? lineFeed - 1 : lineFeed;
    ends[count + 1] = end;
    columns = count;
    let reason: RejectReason | undefined;
    if (end - start > LONGEST_LINE) reason = 'line_too_long';
    else if (end > start) reason = readRow(line, start);
    if (reason) reject(line, reason);
    const open = openRun();
    if (open && (reason === 'line_too_long' || lineFeed - open.start > LONGEST_RUN)) endRun();
  }

  function readRow(line: number, start: number): RejectReason | undefined {
    const hasTrailing = columns === width + 1 && ends[width + 2] === (ends[width + 1] ?? 0) + 1;
    if (!hasTrailing && (trailing || columns !== width)) return 'column_count';
    if (isDoubtful && !isText(start)) return 'not_text';

    const known = openRun();
    let current = known;
    if (!current || !hasKey(current)) {
      const subject = subjectOfRow(line);
      if (!subject.ok) return subject.refusal;
      if (current?.subject !== subject.value) current = newRun(subject.value, line, start);
    }

    if (hasLongValue(start)) return 'value_too_long';
    if (!putTogether()) return 'not_text';
    const otherIds = hasApart ? readOtherIds(current) : undefined;
    if (hasApart && !otherIds) return 'other_identifiers_malformed';
    if (current !== known) {
      endRun();
      // What was set aside since the last run's end belongs before this one.
      current.rejectedBefore = rejected.length;
      current.warnedBefore = warned.length;
      run = current;
      highs.length = 0;
      lows.length = 0;
      keepKey(current);
      warnOfSubject(line);
    }
    warnOfStructure(line);
    addRow(current, otherIds);
    return undefined;
  }

  /** In any column: such a row is no longer what it was. */
  function hasLongValue(start: number): boolean {
    if ((ends[columns + 1] ?? 0) - start <= LONGEST_VALUE) return false;
    for (let column = 0; column < columns; column++) {
      const from = (ends[column + 1] ?? 0) + 1;
      const to = ends[column + 2] ?? 0;
      if (to - from > LONGEST_VALUE && decoder.decode(bytes.subarray(from, to)).length > LONGEST_VALUE)
        return true;
    }
    return false;
  }

  /**
   * Copies the kept values, without the spaces around them, to `out`. False when one holds what joins stored rows, which it can
   * in a file with another separator.
   */
  function putTogether(): boolean {
    let o = 0;
    let bits = 0;
    for (let k = 0; k < fieldsAt.length; k++) {
      if (k > 0) out[o++] = BAR;
      const column = fieldsAt[k] ?? -1;
      if (column < 0) continue;
      let start = startOf(column);
      const end = endOf(column);
      for (; start < end; start++) {
        const byte = bytes[start] ?? 0;
        out[o++] = byte;
        bits |= byte;
      }
    }
    outLength = o;
    outBits = bits;
    return separator === BAR || countOf(BAR, o) < Math.max(1, fieldsAt.length);
  }

  const countOf = (byte: number, length: number) => {
    let count = 0;
    for (let i = 0; i < length; i++) if (out[i] === byte) count++;
    return count;
  };

  const isText = (start: number) => {
    const row = bytes.subarray(start, ends[columns + 1]);
    return !row.includes(0) && (encoding !== 'utf-8' || isUtf8(row));
  };

  /** Is this row about the same subject, to the byte, as the run? */
  function hasKey(known: Run): boolean {
    let k = 0;
    for (const column of keyAt) {
      const end = ends[column + 2] ?? 0;
      for (let i = (ends[column + 1] ?? 0) + 1; i <= end; i++) {
        const byte = i === end ? BAR : bytes[i];
        if (key[k++] !== byte) return false;
      }
    }
    return k === known.keyLength;
  }

  const key = new Uint8Array(LONGEST_LINE * 2);
  function keepKey(current: Run): void {
    let k = 0;
    for (const column of keyAt) {
      const end = ends[column + 2] ?? 0;
      for (let i = (ends[column + 1] ?? 0) + 1; i < end; i++) key[k++] = bytes[i] ?? 0;
      key[k++] = BAR;
    }
    current.keyLength = k;
  }

  const isHeader = () => keyAt.every((column) => readValue(column) === layout.headers[column]);

  const subjectOfRow = (line: number) => {
    if (isByNationalId) {
      const start = startOf(nationalIdAt);
      const end = endOf(nationalIdAt);
      if (isPlainRpps(bytes, start, end))
        return { ok: true, value: bytes.toString('latin1', start, end) } as const;
    }
    if (isHeader()) headerAgainAt ??= line;
    return readSubject(kind, {
      nationalId: readValue(nationalIdAt),
      identifierType: readValue(typeAt),
      identifier: readValue(identifierAt),
      structure: readValue(at('identificationStructure')),
    });
  };

  /** Those of this row that are not the subject's own; undefined when the column is not understood. */
  function readOtherIds(current: Run): readonly string[] | undefined {
    if (otherIdsAt >= 0) {
      const column = readValue(otherIdsAt);
      if (column === current.otherIdsColumn) return current.otherIds;
      const identifiers = parseOtherIdentifiers(column)?.map((each) => parseNationalId(each));
      if (!identifiers?.every((each) => each.ok)) return undefined;
      current.otherIdsColumn = column;
      return withOthers(
        current,
        identifiers.map((each) => each.value),
      );
    }
    if (adeliAt >= 0) {
      const adeli = readSubject('adeli_rpps', { identifier: readValue(adeliAt) });
      return adeli.ok ? withOthers(current, [adeli.value]) : undefined;
    }
    if (cardIdAt >= 0) {
      // What is in this column is our reading: only what cannot be anything else is believed.
      const onCard = parseNationalId(readValue(cardIdAt));
      return onCard.ok && isWellFormed(onCard.value) ? withOthers(current, [onCard.value]) : current.otherIds;
    }
    return current.otherIds;
  }

  function addRow(current: Run, otherIds: readonly string[] | undefined): void {
    if (otherIds) current.otherIds = otherIds;
    if (phoneAt >= 0) current.phone ||= readValue(phoneAt);
    if (mailAt >= 0) current.mail ||= readValue(mailAt);
    current.count++;
    if (outLength === 0) return;
    const text = textOf(outLength, outBits);
    // 32 characters, one for each byte: the cheapest way to get a digest.
    const sum = hash('sha256', text, 'binary');
    const high = wordAt(sum, 0);
    const low = wordAt(sum, 4);
    for (let i = 0; i < highs.length; i++) if (highs[i] === high && lows[i] === low) return;
    highs.push(high);
    lows.push(low);
    current.high ^= high;
    current.low ^= low;
    current.rows = current.rows === '' ? text : `${current.rows}\n${text}`;
  }

  const textOf = (length: number, bits: number) => {
    if (bits < 0x80) return out.toString('latin1', 0, length);
    return encoding === 'utf-8' ? out.toString('utf8', 0, length) : decoder.decode(out.subarray(0, length));
  };

  function endRun(): void {
    const ended = run;
    if (!ended) return;
    run = undefined;
    let { high, low } = ended;
    for (const identifier of ended.otherIds) {
      const sum = hash('sha256', `\n${identifier}`, 'binary');
      high ^= wordAt(sum, 0);
      low ^= wordAt(sum, 4);
    }
    digest.setInt32(0, high);
    digest.setInt32(4, low);
    const { line, subject, count, rows, otherIds, phone, mail } = ended;
    const contact: Contact | undefined = phone === '' && mail === '' ? undefined : { phone, mail };
    described.push({ line, subject, digest: digest.getBigInt64(0), count, rows, otherIds, contact });
  }

  function reject(line: number, reason: RejectReason): void {
    // Of a line that is too long, only the beginning may be here.
    const subject = reason !== 'line_too_long' && columns > nationalIdAt ? subjectOfRow(line) : undefined;
    rejected.push({ line, reason, ...(subject?.ok ? { subject: subject.value } : {}) });
  }

  const warn = (reason: WarningReason, line: number) => warned.push(warningReasons.indexOf(reason), line);

  /** The keys of the RPPS or ADELI number, and whether the columns of identity agree. */
  function warnOfSubject(line: number): void {
    if (!isByNationalId) return;
    const start = startOf(nationalIdAt);
    const end = endOf(nationalIdAt);
    const type = bytes[start];
    if (type === RPPS_TYPE && lacksLuhnKey(bytes, start + 1, end, 11)) warn('rpps_key', line);
    if (type === ADELI_TYPE && lacksLuhnKey(bytes, start + 1, end, 9)) warn('adeli_key', line);
    if (typeAt < 0 || identifierAt < 0) return;
    if (!isMadeOf(start, end, partsAt)) warn('identifier_parts_differ', line);
  }

  /** Are these bytes the values of the columns, one after the other? */
  function isMadeOf(start: number, end: number, parts: readonly number[]): boolean {
    let i = start;
    for (const column of parts) {
      const last = endOf(column);
      for (let k = startOf(column); k < last; k++) if (bytes[k] !== bytes[i++]) return false;
    }
    return i === end;
  }

  function warnOfStructure(line: number): void {
    if (siretAt < 0) return;
    if (lacksSiretKey(bytes, startOf(siretAt), endOf(siretAt))) warn('siret_key', line);
    if (lacksLuhnKey(bytes, startOf(sirenAt), endOf(sirenAt), 9)) warn('siren_key', line);
    if (
      lacksLuhnKey(bytes, startOf(finessAt), endOf(finessAt), 9) ||
      lacksLuhnKey(bytes, startOf(finessEjAt), endOf(finessEjAt), 9)
    )
      warn('finess_key', line);
    const start = startOf(structureAt);
    if (bytes[start] === RPPS_RANG_TYPE && lacksLuhnKey(bytes, start + 1, endOf(structureAt), 14))
      warn('rpps_rang_key', line);
  }

  return { parse };
}

/** 8 and eleven digits: most of the register, and needs no more reading. */
function isPlainRpps(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== 12 || bytes[start] !== RPPS_TYPE) return false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < DIGIT_ZERO || byte > DIGIT_NINE) return false;
  }
  return true;
}

/** Without the last line when its end is not there yet: it may stop in the middle of a character. */
function wholeLines(chunk: Buffer, isLast: boolean): Buffer {
  return isLast ? chunk : chunk.subarray(0, chunk.lastIndexOf(LINE_FEED) + 1);
}
