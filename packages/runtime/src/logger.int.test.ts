import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What a process of its own writes: pino writes to the file descriptor, past anything a test could listen to. */
function logged(lines: string): Record<string, unknown>[] {
  const url = JSON.stringify(new URL('./logger.ts', import.meta.url).href);
  const source = `import { createLogger } from ${url}; const log = createLogger({ service: 'toy', level: 'info' }); ${lines}`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a log line', () => {
  it('says which service, when and how grave, without personal data at any depth', () => {
    const [line] = logged(
      `log.warn({ approval: 'a1', nationalId: '899700000013', request: { headers: { Cookie: 'secret', host: 'h' } },
         people: [{ identifier: '899700000013', role: 'GP' }] }, 'refused')`,
    );
    expect(line).toMatchObject({
      level: 'warn',
      service: 'toy',
      msg: 'refused',
      approval: 'a1',
      nationalId: '[redacted]',
      request: { headers: { Cookie: '[redacted]', host: 'h' } },
    });
    expect(JSON.stringify(line)).not.toMatch(/899700000013|secret/);
    expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('tells an error and its causes by name, code and message, and none of their other fields', () => {
    const [line] = logged(
      `const cause = Object.assign(new Error('down'), { code: 'ECONNREFUSED', detail: 'Key (national_id)=(899700000013)' });
       log.error({ err: new Error('no answer', { cause }) }, 'failed')`,
    );
    expect(line).toMatchObject({
      err: { type: 'Error', message: 'no answer', cause: { code: 'ECONNREFUSED', message: 'down' } },
    });
    expect(JSON.stringify(line)).not.toContain('899700000013');
  });

  it('is written before the process ends, however it ends by itself', () => {
    expect(logged(`log.info('last'); process.exit(0)`)).toHaveLength(1);
    expect(logged(`for (let i = 0; i < 1000; i++) log.info({ i }, 'many'); process.exit(0)`)).toHaveLength(
      1000,
    );
  });

  it('does not fail on what refers to itself', () => {
    const [line] = logged(`const a = { name: 'a' }; a.self = a; log.info({ a }, 'round')`);
    expect(line).toMatchObject({ msg: 'round', a: { name: 'a' } });
  });
});
