import { fastify } from 'fastify';
import { createPushService, type PushService, type PushServiceSettings } from './push-service.ts';

/** A push service on a server of its own; the sandbox mounts it on the control server instead. */
export async function startPushService(
  settings: Omit<PushServiceSettings, 'url'> & { readonly port: number },
): Promise<PushService & { readonly url: string; close(): Promise<void> }> {
  const url = `http://localhost:${settings.port}`;
  const app = fastify();
  const push = createPushService({ ...settings, url });
  push.register(app);
  await app.listen({ host: 'localhost', port: settings.port });
  return { ...push, url, close: () => app.close() };
}
