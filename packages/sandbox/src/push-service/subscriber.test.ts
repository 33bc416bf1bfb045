import { describe, expect, it } from 'vitest';
import { decryptPush, generateSubscriber } from './subscriber.ts';

/** RFC 8291 §5 and appendix A. */
const example = {
  subscriber: {
    token: 'JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV',
    publicKey: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
  body: Buffer.from(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml' +
      'mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT' +
      'pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    'base64url',
  ),
};

describe('a push subscriber', () => {
  it('opens the message of the RFC with the keys of the RFC', () => {
    expect(decryptPush(example.subscriber, example.body)).toBe('When I grow up, I want to be a watermelon');
  });

  it('does not open the message of another, nor one with a changed byte', () => {
    expect(() => decryptPush(generateSubscriber(), example.body)).toThrow();
    const forged = Buffer.from(example.body);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(() => decryptPush(example.subscriber, forged)).toThrow();
  });

  it('has keys and an address of its own', () => {
    const [one, other] = [generateSubscriber(), generateSubscriber()];
    expect(one.token).toHaveLength(32);
    expect(new Set([...Object.values(one), ...Object.values(other)]).size).toBe(8);
  });
});
