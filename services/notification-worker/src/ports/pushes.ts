import type { PushSubscription } from '@psc/contracts';

export interface Push {
  readonly subscription: PushSubscription;
  /** Encrypted for the phone alone (RFC 8291). */
  readonly message: string;
  /** A later push of the same name replaces this one: sent twice, it shows once (RFC 8030 §5.4). */
  readonly name: string;
  /** How long the push service may keep it for a phone that is off, in seconds. */
  readonly lifetime: number;
}

/** What the push service said. */
export type PushAnswer =
  | { readonly kind: 'taken' }
  /** 404 or 410: the subscription exists no more. */
  | { readonly kind: 'gone' }
  /** It will not take this push, now or later. */
  | { readonly kind: 'refused'; readonly reason: PushRefusal }
  /** Not now: overloaded, broken, or not reached. */
  | { readonly kind: 'hindered'; readonly reason: PushHindrance; readonly retryAfterMs: number };

export type PushRefusal =
  /** Its address is not one we call. */
  | 'push_target_forbidden'
  /** The device gave keys that encrypt nothing. */
  | 'push_keys_malformed'
  /** The push service answered with a redirection, which we do not follow. */
  | 'push_redirected'
  /** Any other 4xx: our VAPID key, our message. */
  | 'push_rejected';

export type PushHindrance = 'push_too_many_requests' | 'push_service_error' | 'push_unreachable';

/** The way to the phones. Never throws for what the push service or the network does. */
export interface Pushes {
  send(push: Push): Promise<PushAnswer>;
}
