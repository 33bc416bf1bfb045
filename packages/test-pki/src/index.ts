export { type Authority, createAuthority, type Issued, openAuthority, type Profile } from './authority.ts';
export type { Subject } from './subject.ts';
