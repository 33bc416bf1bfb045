import { migrate } from '@psc/datastores/migrations';
import { readDatabaseUrl } from './config.ts';

const ran = await migrate(readDatabaseUrl(process.env), new URL('../migrations/', import.meta.url));
console.log(ran.length === 0 ? 'auth_broker: nothing to migrate' : ran.join('\n'));
