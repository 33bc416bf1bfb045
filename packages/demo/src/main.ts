import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { createProvider } from './provider.ts';

const config = readConfig(process.env);
const app = createApp({ config, provider: createProvider(config), clock: Date.now });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void app.close());
await app.listen({ host: config.host, port: config.port });
console.log(`the demo listens on ${config.baseUrl.href}`);
