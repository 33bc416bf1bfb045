import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type ApplicationDeclaration,
  applicationDeclarationSchema,
  applicationsFileSchema,
} from '@psc/contracts';
import { RefusedError } from '@psc/runtime';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';

const LARGEST_FILE = 20_000_000;

/** Where declarations and the secrets that they refer to are read. */
export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
}

/** The applications of a YAML or JSON file; `-` is what is piped in. Throws `RefusedError`, which says every problem. */
export async function readApplicationsFile(
  file: string,
  sources: Sources,
): Promise<readonly ApplicationDeclaration[]> {
  const content = parseText(await readText(file, sources), file);
  return check(applicationsFileSchema, await withSecrets(content, file, sources), file).applications;
}

/** The one application of a file, alone or in a list. */
export async function readOneApplication(file: string, sources: Sources): Promise<ApplicationDeclaration> {
  const content = parseText(await readText(file, sources), file);
  const isList = typeof content === 'object' && content !== null && 'applications' in content;
  const whole = isList ? content : { applications: [content] };
  const [only, ...others] = check(
    applicationsFileSchema,
    await withSecrets(whole, file, sources),
    file,
  ).applications;
  if (only === undefined || others.length > 0)
    throw new RefusedError(`${file} must hold one application; for several: psc clients apply -f ${file}`);
  return only;
}

/** An application as options describe it. */
export function declareApplication(declared: object): ApplicationDeclaration {
  return check(applicationDeclarationSchema, declared, 'these options');
}

async function readText(file: string, { stdin }: Sources): Promise<string> {
  if (file === '-') return text(stdin);
  const content = await readFile(file, 'utf8').catch(() => {
    throw new RefusedError(`${file} cannot be read`);
  });
  if (content.length > LARGEST_FILE) throw new RefusedError(`${file} is too large`);
  return content;
}

/**
 * Every number is read as text: a SIRET, a FINESS that begins with 0 or the year of a generation of claims need no quotes.
 * The message of a mistake is kept to its first line: the next ones quote the file, which may hold secrets.
 */
function parseText(content: string, file: string): unknown {
  try {
    return parse(content, { schema: 'failsafe', customTags: ['bool', 'null'] });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw new RefusedError(`${file} is neither YAML nor JSON`);
    const [sentence = ''] = error.message.split('\n');
    throw new RefusedError(`${file} is neither YAML nor JSON: ${sentence.replace(/:$/, '')}`);
  }
}

function check<Schema extends z.ZodType>(schema: Schema, content: unknown, file: string): z.output<Schema> {
  const checked = schema.safeParse(content);
  if (!checked.success) throw new RefusedError(`${file} is refused:\n${z.prettifyError(checked.error)}`);
  return checked.data;
}

/** What may stand in the place of `client_secret`, so that a file under version control holds no secret. */
const referring = z.looseObject({
  client_secret_env: z.string().optional(),
  client_secret_file: z.string().optional(),
});
const referringFile = z.looseObject({ applications: z.array(referring) });

/** Puts the secrets in the place of what refers to them. What is of another shape is left to the schema to refuse. */
async function withSecrets(content: unknown, file: string, sources: Sources): Promise<unknown> {
  const parsed = referringFile.safeParse(content);
  if (!parsed.success) return content;
  const problems: string[] = [];
  const applications = await Promise.all(
    parsed.data.applications.map(
      async ({ client_secret_env: name, client_secret_file: path, ...declared }, index) => {
        if (name === undefined && path === undefined) return declared;
        const given = [name, path, declared.client_secret].filter((each) => each !== undefined);
        const secret =
          given.length > 1
            ? problem('give one of client_secret, client_secret_env, client_secret_file')
            : name !== undefined
              ? (sources.env[name] ?? problem(`client_secret_env: ${name} is not set`))
              : await readSecret(path ?? '').catch(() =>
                  problem(`client_secret_file: ${path} cannot be read`),
                );
        return { ...declared, client_secret: secret };

        function problem(sentence: string): undefined {
          problems.push(`✖ ${sentence}\n  → at applications[${index}]`);
          return undefined;
        }
      },
    ),
  );
  if (problems.length > 0) throw new RefusedError(`${file} is refused:\n${problems.join('\n')}`);
  return { ...parsed.data, applications };

  async function readSecret(path: string): Promise<string> {
    const folder = file === '-' ? '.' : dirname(file);
    return (await readFile(resolve(folder, path), 'utf8')).trimEnd();
  }
}
