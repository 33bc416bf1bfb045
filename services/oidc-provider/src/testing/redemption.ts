import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** As if this code or token, which was redeemed, had been redeemed so many seconds earlier. */
export async function ageRedemption(
  redis: Redis,
  model: 'AuthorizationCode' | 'RefreshToken',
  id: string,
  seconds: number,
): Promise<void> {
  const key = `psc:oidc:${model}:${hash('sha256', id, 'base64url')}`;
  const redeemedAt = await redis.hget(key, 'consumedAt');
  if (redeemedAt === null) throw new Error('it was not redeemed');
  await redis.hset(key, 'consumedAt', Number(redeemedAt) - seconds);
}
