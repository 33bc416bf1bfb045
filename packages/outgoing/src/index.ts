export { everyAddress, type Network, parseNetwork } from './addresses.ts';
export { type AllowedHost, parseAllowedHost } from './allowed-hosts.ts';
export { allowedHosts, guardSettings, outgoingConfig } from './config.ts';
export {
  createGuardedFetch,
  type GuardedFetch,
  type GuardSettings,
  OutgoingCallError,
  type OutgoingCallErrorCode,
} from './guarded-fetch.ts';
