import type { Queryable } from '@psc/datastores';
import type { Clock } from '@psc/kernel';
import type { ResourceType } from '../resources/canonicals.ts';
import type { Directory } from './directory.ts';
import { findIncluded } from './find-included.ts';
import { findPage } from './find-page.ts';
import { type Kind, kinds, listRows } from './kinds.ts';
import { TOLD_FOR_MS } from './narrow.ts';

/** `base` is where the FHIR face is: a reference may be written whole. */
export function createPostgresDirectory(needs: {
  readonly postgres: Queryable;
  readonly base: string;
  readonly clock: Clock;
}): Directory {
  const { postgres, base, clock } = needs;
  return {
    async read<Type extends ResourceType>(type: Type, id: string) {
      const kind: Kind<Type> = kinds[type];
      const row = kind.rowOf(id);
      if (row === undefined) return undefined;
      const rows = await listRows(
        postgres,
        kind,
        ({ param }) => ({ sql: isRow(type, param(row)), exact: true }),
        { limit: 1 },
      );
      const resource = (await kind.resources(postgres, rows, clock())).flat().find((each) => each.id === id);
      if (!resource) return undefined;
      const updatedAt = Date.parse(resource.meta?.lastUpdated ?? '');
      return resource.active === false && updatedAt <= clock() - TOLD_FOR_MS ? 'gone' : resource;
    },
    search: (search, from) => findPage(postgres, search, from, { now: clock(), base }),
    include: (search, found) => findIncluded(postgres, search, found, clock()),
  };
}

function isRow(type: ResourceType, id: string): string {
  return type === 'Organization' ? `s.id = ${id}` : `p.id = ${id}::bigint AND p.published IS NOT NULL`;
}
