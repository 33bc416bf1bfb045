import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Accepted, accepted } from '@psc/kernel';
import { printable } from '@psc/runtime';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import { type FileKind, fileKinds } from '#src/domain/stored-rows.ts';
import type { OpenedExtract } from '#src/ports/extract.ts';
import { fromChunks, RefusedBytes } from './byte-source.ts';
import { fileColumns } from './file-columns.ts';
import { openText } from './open-text.ts';

/** The extracts of a day are three files of 1.1 GB together: what claims much more is not them. */
const MOST_ENTRIES = 64;
const MOST_BYTES = 8 * 1024 ** 3;
const CHUNK_BYTES = 64 * 1024;
const STORED = 0;
const DEFLATED = 8;

/**
 * The extracts in a zip, told apart by the beginning of their names, since the end of it is a time that is not that of the
 * zip; a single file may have any name. Other files beside extracts are left aside. They are never written to a disk.
 */
export async function openZip(
  file: FileHandle,
  size: number,
  name: string,
): Promise<Accepted<readonly OpenedExtract[]> | ImportRefused> {
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(new FileReader(file), size, { autoClose: false });
    const entries = await listEntries(zip);
    return entries.ok ? await openEntries(zip, entries.value, name) : entries;
  } catch (error) {
    if (error instanceof RefusedBytes) return error.refused;
    // Its message names a field of the format, or a file, and nothing that is in one.
    const cause = error instanceof Error ? printable(error.message).slice(0, LONGEST_NAME) : 'unknown';
    if (/strong encryption/.test(cause)) return encrypted;
    return refuseImport('zip_damaged', `the zip archive is damaged or was cut (${cause}): fetch it again`);
  }
}

async function openEntries(
  zip: ZipFile,
  entries: readonly Entry[],
  name: string,
): Promise<Accepted<readonly OpenedExtract[]> | ImportRefused> {
  const extracts: OpenedExtract[] = [];
  const wanted = entries.length === 1 ? entries : entries.filter((entry) => kindOf(entry) !== undefined);
  for (const entry of wanted) {
    if (entry.isEncrypted()) return encrypted;
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
      return refuseImport('zip_damaged', `"${nameOf(entry)}" is compressed in a way that is not known`);
    const opened = await openText({
      source: `${name}/${nameOf(entry)}`,
      bytes: entry.uncompressedSize,
      open: () => fromChunks(chunksOf(zip, entry)),
    });
    if (!opened.ok) return { ...opened, sentence: `"${nameOf(entry)}": ${opened.sentence}` };
    const { kind } = opened.value;
    if (entries.length > 1 && kind !== kindOf(entry))
      return refuseImport('zip_unexpected', `"${nameOf(entry)}" holds a file of another kind (${kind})`);
    if (extracts.some((other) => other.kind === kind))
      return refuseImport('zip_unexpected', `the zip archive holds two files of one kind (${kind})`);
    extracts.push(opened.value);
  }
  if (extracts.length === 0)
    return refuseImport('zip_unexpected', 'no file of the zip archive has the name of an extract');
  return accepted(extracts.toSorted((a, b) => fileKinds.indexOf(a.kind) - fileKinds.indexOf(b.kind)));
}

const encrypted = refuseImport('zip_encrypted', 'the zip archive is encrypted: decrypt it first');

const LONGEST_NAME = 200;

/** For people, and for the record of the version: whoever made the archive chose it. */
function nameOf({ fileName }: Entry): string {
  return printable(fileName).slice(0, LONGEST_NAME);
}

function kindOf({ fileName }: Entry): FileKind | undefined {
  const base = fileName.slice(fileName.lastIndexOf('/') + 1);
  return fileKinds.find((kind) => fileColumns[kind].fileName.test(base));
}

async function listEntries(zip: ZipFile): Promise<Accepted<readonly Entry[]> | ImportRefused> {
  if (zip.entryCount > MOST_ENTRIES)
    return refuseImport('zip_too_large', `the zip archive holds more than ${MOST_ENTRIES} files`);
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) entries.push(entry);
  if (entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0) > MOST_BYTES)
    return refuseImport('zip_too_large', 'the zip archive claims to hold more than 8 GiB');
  return accepted(entries);
}

/** Nothing is believed beyond the size and the checksum that the archive announces. */
async function* chunksOf(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  const { uncompressedSize, compressionMethod } = entry;
  const refuse = (what: string, cause?: unknown) =>
    new RefusedBytes(refuseImport('zip_damaged', `"${nameOf(entry)}" ${what}: fetch the zip archive again`), {
      cause,
    });
  const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  raw.once('error', (error) => inflate.destroy(error));
  const stream: Readable = compressionMethod === STORED ? raw : raw.pipe(inflate);
  let size = 0;
  let checksum = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > uncompressedSize) throw refuse('is larger than the zip archive says');
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof RefusedBytes ? error : refuse('cannot be unzipped', error);
  } finally {
    raw.destroy();
    inflate.destroy();
  }
  if (size < uncompressedSize) throw refuse('was cut');
  if (checksum !== entry.crc32) throw refuse('is damaged (its checksum differs)');
}

/** yauzl reads through it, so that the file may have no name any more, and stays ours to close. */
class FileReader extends yauzl.RandomAccessReader {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(bytesBetween(this.#file, start, end), { objectMode: false });
  }
}

async function* bytesBetween(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
