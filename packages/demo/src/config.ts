/** What the demo must be told; everything else it learns from the provider's discovery document. */
export interface Config {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly host: string;
  readonly port: number;
  /** This application's address, as the browser sees it. */
  readonly baseUrl: URL;
}

/** Throws one error that names every variable which is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const text = (name: string): string => {
    if (!env[name]) problems.push(`${name} is missing`);
    return env[name] ?? '';
  };
  const url = (name: string): URL => {
    const value = text(name);
    if (value && !/^https?:/.test(URL.parse(value)?.protocol ?? '')) problems.push(`${name} is no URL`);
    return URL.parse(value) ?? new URL('http://missing.invalid');
  };
  const port = Number(text('PORT'));
  if (env.PORT && !(Number.isInteger(port) && port > 0 && port < 65_536)) problems.push('PORT is no port');
  const config = {
    issuer: url('ISSUER'),
    clientId: text('CLIENT_ID'),
    clientSecret: text('CLIENT_SECRET'),
    host: env.HOST ?? '127.0.0.1',
    port,
    baseUrl: url('BASE_URL'),
  };
  if (problems.length > 0) throw new Error(`the demo cannot start: ${problems.join(', ')}`);
  return config;
}
