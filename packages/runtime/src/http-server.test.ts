import { Writable } from 'node:stream';
import { Unavailable } from '@psc/kernel';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createHttpServer } from './http-server.ts';
import { createMetrics } from './metrics.ts';

function build(isReady: () => Promise<boolean> = async () => true) {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = createHttpServer({
    logger: pino({ level: 'info' }, sink),
    metrics: createMetrics('test'),
    isReady,
    trustedProxies: [],
  });
  app.get('/login/:id', () => ({ ok: true }));
  app.post('/login', () => ({ ok: true }));
  app.get('/outage', () => {
    throw new Unavailable('redis_unavailable', 'Redis did not answer', { cause: new Error('899700000013') });
  });
  app.get('/bug', () => {
    throw new Error('insides');
  });
  return { app, lines };
}

describe('the HTTP server of every service', () => {
  it('says that it lives, whether or not it is ready', async () => {
    const { app } = build(async () => false);
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect((await app.inject('/readyz')).statusCode).toBe(503);
  });

  it('is not ready when a dependency rejects', async () => {
    const { app } = build(() => Promise.reject(new Error('down')));
    expect((await app.inject('/readyz')).statusCode).toBe(503);
    expect((await build().app.inject('/readyz')).statusCode).toBe(200);
  });

  it('counts requests by route, never by URL', async () => {
    const { app, lines } = build();
    await app.inject('/login/secret-handle?code=secret-code');
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(/http_request_duration_seconds_count\{.*route="\/login\/:id".*\} 1/);
    expect(body + lines.join()).not.toContain('secret');
    expect(lines.join()).toContain('/login/:id');
  });

  it('answers an outage with 503 and when to come back', async () => {
    const response = await build().app.inject('/outage');
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
    expect(response.json()).toMatchObject({ error: 'temporarily_unavailable' });
  });

  it('says nothing of its insides when it fails', async () => {
    const { app, lines } = build();
    const response = await app.inject('/bug');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('insides');
    expect(lines.join()).toContain('insides');
  });

  it('answers malformed and oversized bodies with their status and without quoting them', async () => {
    const { app } = build();
    const headers = { 'content-type': 'application/json' };
    const malformed = await app.inject({ method: 'POST', url: '/login', headers, payload: '{"secret' });
    expect(malformed.statusCode).toBe(400);
    expect(malformed.body).not.toContain('secret');
    const huge = await app.inject({
      method: 'POST',
      url: '/login',
      headers,
      payload: `"${'x'.repeat(70_000)}"`,
    });
    expect(huge.statusCode).toBe(413);
    expect((await app.inject({ method: 'POST', url: '/login', payload: 'x' })).statusCode).toBe(415);
    expect((await app.inject('/nowhere')).json()).toMatchObject({ error: 'not_found' });
  });

  it('answers an address that cannot be read without quoting it', async () => {
    const { app, lines } = build();
    for (const url of ['/login/%E0?code=secret', `/login/secret${'x'.repeat(200)}`]) {
      const { body, ...response } = await app.inject(url);
      expect(response.statusCode).toBeGreaterThanOrEqual(400);
      expect(response.json()).toMatchObject({ error: 'malformed_request' });
      expect(body + lines.join()).not.toMatch(/secret|%E0/);
    }
  });
});
