import { hash } from 'node:crypto';

/**
 * The approval of a CIBA request. The auth_req_id is a credential, and an approval's identifier travels in jobs and to
 * phones: who learns it cannot ask for the tokens.
 */
export function approvalIdOf(authReqId: string): string {
  return hash('sha256', authReqId, 'base64url');
}
