import { errors, importJWK, jwtVerify } from 'jose';

/** A push service believes a token for a day at most (RFC 8292 §2). */
const LONGEST_LIFETIME_S = 24 * 60 * 60;

/**
 * The application server that signed `Authorization: vapid t=…, k=…` (RFC 8292) for this push service, by its public key;
 * undefined when nobody did.
 */
export async function verifyVapid(
  authorization: string,
  audience: string,
  now: number,
): Promise<string | undefined> {
  const [scheme, ...rest] = authorization.split(' ');
  const parameters = new Map(
    rest
      .join('')
      .split(',')
      .map((parameter): [string, string] => {
        const [name = '', value = ''] = parameter.split(/=(.*)/s);
        return [name, value];
      }),
  );
  const token = parameters.get('t');
  const publicKey = parameters.get('k');
  const point = Buffer.from(publicKey ?? '', 'base64url');
  if (scheme?.toLowerCase() !== 'vapid' || !token || !publicKey) return undefined;
  // An uncompressed point of P-256 (X9.62): 4, x, y.
  if (point.length !== 65 || point[0] !== 4) return undefined;
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  if (x === undefined || y === undefined) return undefined;

  try {
    const key = await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['ES256'],
      audience,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    });
    const tooLong = (payload.exp ?? 0) > now / 1000 + LONGEST_LIFETIME_S;
    return tooLong ? undefined : publicKey;
  } catch (error) {
    // A point that is not on the curve is a DataError of Web Crypto.
    if (error instanceof errors.JOSEError || error instanceof DOMException) return undefined;
    throw error;
  }
}
