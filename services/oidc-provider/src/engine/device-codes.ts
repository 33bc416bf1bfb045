import type { Adapter } from 'oidc-provider';

/**
 * The records of the device flow (RFC 8628): a device code is also found by the code that the person types. Whoever confirms
 * that one first has it in hand: it is redeemed, once, so that two people who type the same code do not both log in.
 */
export function createDeviceCodes(deviceCodes: Adapter, userCodes: Adapter): Adapter {
  return {
    ...deviceCodes,
    async upsert(id, payload, expiresIn) {
      const { userCode = '', inFlight, accountId, error } = payload;
      const isNew = !inFlight && accountId === undefined && error === undefined;
      const isBeingConfirmed = inFlight && accountId === undefined && error === undefined;
      if (isBeingConfirmed) await userCodes.consume(userCode);
      await deviceCodes.upsert(id, payload, expiresIn);
      if (isNew) await userCodes.upsert(userCode, { deviceCode: id }, expiresIn);
    },
    async findByUserCode(userCode) {
      const found = await userCodes.find(userCode);
      return found && (await deviceCodes.find(String(found.deviceCode)));
    },
  };
}
