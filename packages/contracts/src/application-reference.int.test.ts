import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { applicationDeclarationSchema } from './application.ts';

const DOCUMENT = new URL('../../../docs/reference/applications.md', import.meta.url);

/** The part of JSON Schema that our schema makes use of. */
interface Described {
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Described;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
}

interface Setting {
  readonly name: string;
  /** '' for one that may be left out. */
  readonly needed: string;
  readonly setting: Described;
}

/** Every setting with its path: `psc.organisation.name`. A public key's own members are RFC 7517's. */
function settings(of: Described, path = ''): Setting[] {
  return Object.entries(of.properties ?? {}).flatMap(([name, setting]) => {
    const needed = of.required?.includes(name) ? (path === '' ? '**needed**' : 'needed with the others') : '';
    const own = { name: path + name, needed, setting };
    const grouped = setting.properties !== undefined && name !== 'jwks';
    return grouped ? settings(setting, `${path}${name}.`) : [own];
  });
}

function values(setting: Described): string {
  if (setting.items) return `list of: ${values(setting.items)}`;
  if (setting.enum) return setting.enum.map((value) => `\`${value}\``).join(' ');
  if (setting.format === 'uri') return 'address';
  if (setting.format === 'email') return 'e-mail address';
  if (setting.type === 'boolean') return '`true` `false`';
  return setting.type === 'object' ? 'key set' : 'text';
}

function byDefault({ setting, needed }: Setting): string {
  if (needed !== '') return needed;
  const { default: value } = setting;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '–';
  return [value]
    .flat()
    .map((each) => `\`${each}\``)
    .join(' ');
}

it('docs/reference/applications.md says every setting as the schema does', async () => {
  const schema: Described = z.toJSONSchema(applicationDeclarationSchema, { io: 'input' }) as Described;
  const rows = settings(schema).map((each) => {
    const { name, setting } = each;
    expect(setting.description, `${name} says what it means`).toBeTruthy();
    return `| \`${name}\` | ${values(setting)} | ${byDefault(each)} | ${setting.description} |`;
  });
  const table = ['| Setting | Values | Default | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const text = await readFile(DOCUMENT, 'utf8');
  const [before, rest = ''] = text.split(/(?<=<!-- settings[^>]*-->\n)/);
  const after = rest.slice(rest.indexOf('<!-- /settings -->'));
  await expect(`${before}\n${table}\n\n${after}`).toMatchFileSnapshot(DOCUMENT.pathname);
});
