import type { Seal } from '@psc/datastores';
import type { Clock } from '@psc/kernel';
import { z } from 'zod';
import type { Position } from '../directory/directory.ts';
import { type ResourceType, resourceTypes } from '../resources/canonicals.ts';
import type { Pair } from '../search/parse-search.ts';

/** What a link to the next page holds: any replica goes on from it, and nothing is kept. */
export interface PageLink {
  /** The key that searched: with another one, a link would show what somebody else searched for. */
  readonly holder: string;
  readonly type: ResourceType;
  readonly understood: readonly Pair[];
  readonly from: Position;
}

export interface PageLinks {
  seal(link: PageLink): string;
  /** Undefined when it is none of ours, or another key's. */
  open(id: string, holder: string): PageLink | 'expired' | undefined;
}

const LIVES_MS = 3_600_000;
const NAME = 'fhir page';

const shape = z.object({
  holder: z.string(),
  type: z.enum(resourceTypes),
  understood: z.array(z.tuple([z.string(), z.string()])),
  from: z.object({ row: z.string(), after: z.string() }),
  until: z.number(),
});

/** Sealed: nobody makes one, or reads in one what somebody searched for. */
export function createPageLinks({ seal, clock }: { readonly seal: Seal; readonly clock: Clock }): PageLinks {
  return {
    seal: (link) => seal.seal(NAME, JSON.stringify({ ...link, until: clock() + LIVES_MS })),
    open(id, holder) {
      const opened = seal.open(NAME, id);
      // One that an older version of ours made may have another shape.
      const read = opened === undefined ? undefined : shape.safeParse(JSON.parse(opened)).data;
      if (read?.holder !== holder) return undefined;
      const { until, ...link } = read;
      return until < clock() ? 'expired' : link;
    },
  };
}
