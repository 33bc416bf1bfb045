import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import type { SourceOptions } from '#src/ports/extract.ts';
import { aWebPage } from './open-text.ts';
import {
  type ExtractsParts,
  LARGEST_FILE_BYTES,
  openTemporary,
  type SpooledFile,
  tooLarge,
} from './spool.ts';

const SILENCE_MS = 60_000;
const PAUSE_MS = 2_000;
const MOST_REDIRECTIONS = 5;
/** In a row without a byte more than the most that ever came. */
const MOST_FRUITLESS_TRIES = 5;

/** What is known of the file while it comes. */
interface Coming {
  /** Follows redirections once, and asks there again for the rest. */
  address: URL;
  received: number;
  total: number | undefined;
  /** Proves that the rest is that of the same file: an ETag, or the date of its last change. */
  validator: string | undefined;
  name: string | undefined;
}

/**
 * Fetches a file to a private one. Only https, whose server must be signed by the authority of `caFile` alone if there is
 * one: the ANS's own server is, by an authority that no system knows. Redirections stay on the same host, or go to a host
 * that was allowed. An interrupted download goes on where it stopped, if the server says that it is still the same file.
 */
export async function download(
  source: string,
  parts: ExtractsParts,
  options: SourceOptions,
): Promise<Accepted<SpooledFile> | ImportRefused> {
  const address = URL.canParse(source) ? new URL(source) : undefined;
  if (address?.protocol !== 'https:')
    return refuseImport('download_untrusted', 'only an https address can be trusted to send the register');
  const ca = options.caFile === undefined ? undefined : await readAuthority(options.caFile);
  if (ca === null)
    return refuseImport('file_unreadable', 'the file of the authority to trust holds no certificate of one');
  const allowed = [address.hostname, ...(options.redirectHosts ?? []).map((host) => host.toLowerCase())];
  const { silenceMs = SILENCE_MS, pauseMs = PAUSE_MS } = parts;

  const file = await openTemporary(parts.temporaryFolder);
  const coming: Coming = { address, received: 0, total: undefined, validator: undefined, name: undefined };
  try {
    const refused = await fetchWhole();
    if (!refused) return accepted({ file, name: coming.name ?? nameOf(address) });
    await file.close();
    return refused;
  } catch (error) {
    await file.close();
    throw error;
  }

  async function fetchWhole(): Promise<ImportRefused | undefined> {
    let fruitless = 0;
    let furthest = 0;
    for (;;) {
      const before = coming.received;
      const answer = await ask();
      if ('ok' in answer) {
        // Before the first byte it is an answer; afterwards the server may come back.
        if (before === 0 || answer.refusal !== 'download_unreachable') return answer;
      } else {
        const end = await receiveBody(answer);
        if (end !== 'interrupted') return end;
      }
      fruitless = coming.received > furthest ? 0 : fruitless + 1;
      furthest = Math.max(furthest, coming.received);
      if (fruitless === MOST_FRUITLESS_TRIES) return interrupted(coming);
      await pause(pauseMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  }

  /** The answer that holds the file or the rest of it; redirections are followed. */
  async function ask(): Promise<IncomingMessage | ImportRefused> {
    for (let i = 0; i <= MOST_REDIRECTIONS; i++) {
      const answer = await send(coming);
      if ('ok' in answer) return answer;
      const { statusCode = 0, headers } = answer;
      if (statusCode === 200 || statusCode === 206) return checkBody(answer) ?? answer;
      answer.destroy();
      if (statusCode === 416 && coming.received > 0) {
        // The rest that we ask for is not there: it is another file now.
        startAgain();
        continue;
      }
      if (statusCode < 300 || statusCode > 399 || headers.location === undefined)
        return refusalOf(statusCode);
      const next = URL.canParse(headers.location, coming.address.href)
        ? new URL(headers.location, coming.address)
        : undefined;
      if (next?.protocol !== 'https:')
        return refuseImport('download_redirected', 'the server redirects to an address that is not https');
      if (!allowed.includes(next.hostname))
        return refuseImport(
          'download_redirected',
          `the server redirects to ${next.hostname}: if you trust that host, allow it with --redirect-host`,
        );
      coming.address = next;
    }
    return refuseImport('download_redirected', 'the server redirects without end');
  }

  function send({ address: to, received, validator }: Coming): Promise<IncomingMessage | ImportRefused> {
    return new Promise((resolve, reject) => {
      const rest =
        received > 0 && validator !== undefined
          ? { range: `bytes=${received}-`, 'if-range': validator }
          : undefined;
      const sent = request(
        to,
        {
          ...(ca ? { ca } : {}),
          headers: { accept: '*/*', 'accept-encoding': 'identity', ...rest },
          timeout: silenceMs,
          agent: false,
          ...(options.signal ? { signal: options.signal } : {}),
        },
        resolve,
      );
      sent.once('timeout', () => sent.destroy(new Error('timeout')));
      sent.on('error', (error: NodeJS.ErrnoException) =>
        options.signal?.aborted ? reject(error) : resolve(refusalOfFailure(error)),
      );
      sent.end();
    });
  }

  /** Keeps what comes. Undefined once the file is whole. */
  async function receiveBody(answer: IncomingMessage): Promise<ImportRefused | 'interrupted' | undefined> {
    const { headers, statusCode } = answer;
    if (!goesOn(answer, coming)) {
      startAgain();
      if (statusCode === 206) {
        // A rest, but not ours.
        answer.destroy();
        return 'interrupted';
      }
    }
    coming.validator = validatorOf(headers);
    coming.name ??= fileNameOf(headers['content-disposition']);
    coming.total = totalOf(answer, coming);
    if ((coming.total ?? 0) > LARGEST_FILE_BYTES) {
      answer.destroy();
      return tooLarge;
    }
    try {
      for await (const chunk of answer) {
        if (coming.received + chunk.length > LARGEST_FILE_BYTES) return tooLarge;
        await file.write(chunk, 0, chunk.length, coming.received);
        coming.received += chunk.length;
        options.onReceived?.(coming.received, coming.total);
      }
    } catch {
      options.signal?.throwIfAborted();
      return 'interrupted';
    }
    await file.truncate(coming.received);
    // A server may send less of the rest than it was asked for.
    return answer.complete && coming.received >= (coming.total ?? 0) ? undefined : 'interrupted';
  }

  function startAgain(): void {
    coming.received = 0;
    coming.validator = undefined;
  }
}

async function readAuthority(path: string): Promise<string | null> {
  try {
    const pem = await readFile(path, 'utf8');
    return new X509Certificate(pem).ca ? pem : null;
  } catch {
    return null;
  }
}

/** Does the answer hold what comes after the bytes that we have? */
function goesOn({ statusCode, headers }: IncomingMessage, { received }: Coming): boolean {
  if (statusCode !== 206) return false;
  return Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]) === received;
}

/** How long the file is, once the answer is kept. */
function totalOf({ headers }: IncomingMessage, { received }: Coming): number | undefined {
  const [, whole] = /^bytes \d+-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  if (whole !== undefined) return Number(whole);
  const length = headers['content-length'];
  return length === undefined ? undefined : received + Number(length);
}

/** A weak ETag does not promise the same bytes. */
function validatorOf(headers: IncomingMessage['headers']): string | undefined {
  const { etag, 'last-modified': lastModified } = headers;
  return etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
}

/** A page where the file should be: the server, or a proxy before it, wants to log in or to say that something is wrong. */
function checkBody(answer: IncomingMessage): ImportRefused | undefined {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = answer.headers;
  const isPage = /^(text\/html|application\/xhtml)/i.test(type);
  if (!isPage && encoding === 'identity') return undefined;
  answer.destroy();
  return isPage
    ? { ...aWebPage, sentence: 'the server sent a web page (of an error, or to log in) instead of the file' }
    : refuseImport('download_refused', 'the server sent the file in an encoding that was not asked for');
}

function refusalOf(status: number): ImportRefused {
  if (status === 404 || status === 410)
    return refuseImport('download_not_found', `the server has no file at this address (${status})`);
  return refuseImport('download_refused', `the server answered ${status} instead of the file`);
}

/** Codes of OpenSSL and of Node for a certificate that is not that of the server, or that nobody we trust has signed. */
const UNTRUSTED = /CERT|SIGNATURE|ISSUER|ALTNAME|^ERR_TLS|^ERR_SSL/;

function refusalOfFailure({ code = 'timeout' }: NodeJS.ErrnoException): ImportRefused {
  if (UNTRUSTED.test(code))
    return refuseImport(
      'download_untrusted',
      `the certificate of the server is not trusted (${code}): give the file of its authority with --ca`,
    );
  return refuseImport('download_unreachable', `the server cannot be reached (${code}): try again later`);
}

function interrupted({ received, total }: Coming): ImportRefused {
  return refuseImport(
    'download_interrupted',
    `the download stops after ${received} of ${total ?? 'an unknown number of'} bytes: try again later`,
  );
}

function fileNameOf(disposition: string | undefined): string | undefined {
  const name = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1]?.trim();
  // A name, not a path; and what is odd in it is not for a terminal.
  const base = basename((name ?? '').replaceAll('\\', '/')).replaceAll(/[^\p{L}\p{N} ._-]/gu, '_');
  return base === '' ? undefined : base.slice(0, 128);
}

/** Neither user nor query: both may hold secrets. */
function nameOf({ origin, pathname }: URL): string {
  return origin + pathname;
}
