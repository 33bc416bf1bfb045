export {
  createHttpBrowser,
  type HttpBrowser,
  type Page,
  waitForCallback,
  waitForEnding,
} from './http-browser.ts';
export { createRelyingParty, type LoggedIn, type RelyingParty, type Tokens } from './relying-party.ts';
export {
  createSandbox,
  type PhoneMode,
  type PhoneRequest,
  type Professional,
  type Sandbox,
} from './sandbox.ts';
export { type CollectedSpan, startTraceCollector, type TraceCollector } from './trace-collector.ts';
export {
  callByWire,
  createCertificateFetch,
  type WireAnswer,
  type WireCall,
  type WireCertificate,
} from './wire.ts';
