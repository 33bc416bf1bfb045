export {
  exitCodes,
  RefusedError,
  readArguments,
  readChoice,
  readDuration,
  UsageError,
} from './command-arguments.ts';
export { moment, printable, table } from './command-tables.ts';
export { ConfigError, commonConfig, integer, json, parseConfig } from './config.ts';
export { createHttpServer, type HttpServerSettings } from './http-server.ts';
export { createLogger, type Logger } from './logger.ts';
export { Counter, createMetrics, Gauge, Histogram, type Registry } from './metrics.ts';
export { isOwnForm } from './own-form.ts';
export {
  type CertificateReader,
  type CertificateReaderSettings,
  createCertificateReader,
} from './presented-certificate.ts';
export { currentOperator, exitCodeOf, runCommand } from './run-command.ts';
export { type Life, runService, type ServiceFrame } from './run-service.ts';
export { createServiceClient, type ServiceClient } from './service-client.ts';
export { callerOf, createServiceIdentity, requireCaller, type ServiceIdentity } from './service-identity.ts';
export {
  continueTrace,
  currentTraceparent,
  startTelemetry,
  type TelemetrySettings,
} from './telemetry.ts';
export { openTlsListener, type TlsListenerSettings } from './tls-listener.ts';
