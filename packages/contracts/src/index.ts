export * from './application.ts';
export * from './application-call.ts';
export * from './approval-proof.ts';
export * from './ciba-challenge.ts';
export * from './ecps-device.ts';
export * from './notification.ts';
export * from './professional.ts';
export * from './register-event.ts';
