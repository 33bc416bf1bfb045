import { exitCodes, moment, readArguments, readChoice, table } from '@psc/runtime';
import { works } from '#src/domain/application.ts';
import { type ClientsNeeds, common, isoTime, printJson, type Verb } from './verb.ts';

const statuses = ['requested', 'approved', 'suspended'] as const;
const environments = ['test', 'production'] as const;
const kinds = ['application', 'intermediary'] as const;

/** `psc clients list` */
export function createListClients(needs: ClientsNeeds): Verb {
  const { applications, print } = needs;
  return async (args) => {
    const text = { type: 'string' } as const;
    const options = { ...common, status: text, environment: text, kind: text };
    const { values } = readArguments(args, options, { least: 0, most: 0 });
    const found = await applications.list({
      status: readChoice('--status', values.status, statuses),
      environment: readChoice('--environment', values.environment, environments),
      kind: readChoice('--kind', values.kind, kinds),
    });
    const listed = found.map((summary) => ({ ...summary, works: works(summary, needs.testApplications) }));
    if (values.json)
      return printJson(
        needs,
        listed.map((each) => ({ ...each, updatedAt: isoTime(each.updatedAt) })),
      );
    if (listed.length === 0) print('no application');
    const headings = [
      'CLIENT ID',
      'STATUS',
      'WORKS',
      'ENVIRONMENT',
      'KIND',
      'CHANGED',
      'NAME',
      'ORGANISATION',
    ];
    const rows = listed.map(
      ({ clientId, status, environment, kind, updatedAt, name, organisation, ...each }) => [
        ...[clientId, status, each.works ? 'yes' : 'no', environment, kind, moment(updatedAt)],
        ...[name, organisation],
      ],
    );
    if (rows.length > 0) for (const line of table(headings, rows)) print(line);
    return exitCodes.done;
  };
}
