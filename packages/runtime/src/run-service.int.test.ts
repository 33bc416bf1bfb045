import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

/** Runs a service made of these lines in a process of its own. */
function service(lines: string) {
  const source = `
    import { generateKeyPairSync } from 'node:crypto';
    import { ConfigError, runService } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const say = (text) => process.stdout.write(text + '\\n');
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    const config = { LOG_LEVEL: 'silent', OTEL_TRACES_SAMPLER_ARG: 1, SERVICE_KEY: { ...key, kid: 'toy' }, SERVICE_TRUST: {} };
    await runService('toy', () => config, async ({ life }) => { ${lines}; });
    say('running');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'exit').then(([code]) => ({ code, output }));
  const running = new Promise<void>((resolve) => {
    child.stdout.on('data', () => output.includes('running') && resolve());
  });
  return { child, ended, running };
}

describe('the process of a service', () => {
  it('closes in reverse order what it opened when it is told to stop', async () => {
    const { child, ended, running } = service(
      `life.onStop('database', () => say('database closed')); life.onStop('http', () => say('http closed'))`,
    );
    await running;
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, output: 'running\nhttp closed\ndatabase closed\n' });
  });

  it('goes on closing when one thing cannot be closed', async () => {
    const { child, ended, running } = service(
      `life.onStop('database', () => say('database closed')); life.onStop('http', () => { throw new Error('stuck'); })`,
    );
    await running;
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, output: 'running\ndatabase closed\n' });
  });

  it('does not start on a refused configuration, and says every problem', async () => {
    const { ended } = service(
      `life.onStop('database', () => say('database closed')); throw new ConfigError(['PORT: is missing', 'SECRET: is missing'])`,
    );
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(output).toContain(
      'toy cannot start: configuration refused:\n  - PORT: is missing\n  - SECRET: is missing',
    );
    expect(output).toContain('database closed');
  });
});
