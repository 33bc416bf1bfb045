import type { PoolClient } from 'pg';
import { readDescribed } from '#src/adapters/described.postgres.ts';
import type { Follow } from '#src/adapters/follower.postgres.ts';
import { deriveFromEverybody } from '#src/adapters/stream-described.postgres.ts';
import { finishTwin, openTwin } from '#src/adapters/twin-table.postgres.ts';
import type { Described } from '#src/domain/described.ts';
import { describePublished } from '#src/domain/person.ts';
import { situationsOf } from '../resources/situation.ts';
import { legalEntityOf, type Structure } from '../resources/structure.ts';
import { TOLD_FOR_MS } from './narrow.ts';
import { listingOfStructure, rowOf, type StructureListing } from './structure-listing.ts';

/**
 * Keeps `published_roles` and `published_structures`, from the public file of activities alone. What two people say of one
 * place may differ: whoever changed last is believed, and after a rebuild always the same one.
 */
export const publishPlaces: Follow = {
  // Under another name it begins again: change the number when the same files make other places or roles.
  name: 'published places, 2',
  tables: ['published_roles', 'published_structures'],
  // Else the restricted file would show: whoever changes in it alone would have their word of a place believed again.
  kinds: ['personne_activite', 'mssante'],

  async follow(tx, subjects) {
    const described = await readDescribed(tx, ['personne_activite'], subjects);
    const places = placesOf([...described.values()]);
    const structures = [...places.structures.values()];
    const { rows } = await tx.query<{ part_of: string }>(
      ENTITIES_OF,
      [structures.map(({ id }) => id)],
      'entities-of',
    );
    await tx.query(LIST_STRUCTURES, [JSON.stringify(structures)], 'list-structures');
    await tx.query(LIST_ROLES, [JSON.stringify(places.roles)], 'list-roles');
    const keys = places.roles.map(({ national_id, key }) => `${national_id} ${key}`);
    await tx.query(END_ROLES, [subjects, keys], 'end-roles');
    await tx.query(CLOSE_STRUCTURES, [subjects], 'close-structures');
    const entitiesBefore = rows.map(({ part_of }) => part_of);
    await tx.query(CLOSE_ENTITIES, [subjects, entitiesBefore], 'close-entities');
    await tx.query(TOUCH_MAILBOXES, [subjects], 'touch-mailboxes');
    await tx.query(FORGET_ROLES, [TOLD_FOR_MS], 'forget-roles');
  },

  async rebuild(rebuilding) {
    const { client } = rebuilding;
    const roles = await openTwin(client, 'published_roles');
    await client.query(
      `CREATE TEMP TABLE sightings ON COMMIT DROP AS SELECT ${SIGHTING} FROM published_structures LIMIT 0`,
    );
    const isSeen = createSeen();
    await deriveFromEverybody(rebuilding, ['personne_activite'], (batch) => {
      const places = placesOf(batch, isSeen);
      return [
        { text: `INSERT INTO ${roles} SELECT * FROM ${ROLES_SAID}`, values: [JSON.stringify(places.roles)] },
        {
          text: `INSERT INTO sightings SELECT ${SIGHTING} FROM ${STRUCTURES_SAID}`,
          values: [JSON.stringify([...places.structures.values()])],
        },
      ];
    });
    // What ended is told for a month, rebuilt or not.
    await run(
      client,
      `INSERT INTO ${roles}
       SELECT national_id, key, structure_id, coalesce(left_at, now()) FROM published_roles old
       WHERE coalesce(left_at, now()) > now() - $1 * interval '1 millisecond'
         AND NOT EXISTS (SELECT FROM ${roles} new WHERE new.national_id = old.national_id AND new.key = old.key)`,
      [TOLD_FOR_MS],
    );
    await finishTwin(client, 'published_roles');
    const structures = await openTwin(client, 'published_structures');
    await client.query(GATHER(structures));
    await client.query(`ANALYZE ${structures}`);
    await client.query(KEEP_CLOSED(structures));
    await finishTwin(client, 'published_structures');
  },
};

interface RoleRow {
  readonly national_id: string;
  readonly key: string;
  readonly structure_id: string | null;
  readonly left_at: null;
}

interface Places {
  readonly roles: readonly RoleRow[];
  readonly structures: ReadonlyMap<string, StructureListing>;
}

/** `isSeen`: need nothing be said of this structure? */
function placesOf(described: readonly Described[], isSeen = (_structure: Structure) => false): Places {
  const structures = new Map<string, StructureListing>();
  const see = (structure: Structure | undefined) => {
    if (structure && !structures.has(structure.id) && !isSeen(structure))
      structures.set(structure.id, listingOfStructure(structure));
  };
  const roles = described.flatMap((each) => {
    const person = describePublished(each);
    if (!person?.active) return [];
    return situationsOf(person).map(({ key, structure }): RoleRow => {
      see(structure);
      see(structure && legalEntityOf(structure));
      return { national_id: person.nationalId, key, structure_id: structure?.id ?? null, left_at: null };
    });
  });
  return { roles, structures };
}

/** Structures of which as much is remembered as they say, most of which many people say. */
const MOST_REMEMBERED = 20_000;

/** Was the very same said of this structure lately? */
function createSeen(): (structure: Structure) => boolean {
  const rows = new Map<string, string>();
  return (structure) => {
    const row = rowOf(structure);
    if (rows.get(structure.id) === row) return true;
    if (rows.size === MOST_REMEMBERED) rows.clear();
    rows.set(structure.id, row);
    return false;
  };
}

function run(client: PoolClient, text: string, values: readonly unknown[]) {
  return client.query(text, [...values]);
}

const ROLES_SAID = `json_to_recordset($1) AS said (national_id text, key text, structure_id text, left_at timestamptz)`;
const STRUCTURES_SAID = `json_to_recordset($1) AS said (id text, kind text, part_of text, row text, names text,
  address text, facets text[])`;
const SIGHTING = 'id, kind, part_of, row, names, address, facets';

const LIST_ROLES = `
  INSERT INTO published_roles AS r SELECT * FROM ${ROLES_SAID}
  ON CONFLICT (national_id, key) DO UPDATE SET structure_id = excluded.structure_id, left_at = NULL
  WHERE r.left_at IS NOT NULL OR r.structure_id IS DISTINCT FROM excluded.structure_id`;

const LIST_STRUCTURES = `
  INSERT INTO published_structures AS s (${SIGHTING}, active, updated_at)
  SELECT ${SIGHTING}, true, now() FROM ${STRUCTURES_SAID}
  ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, part_of = excluded.part_of, row = excluded.row,
    names = excluded.names, address = excluded.address, facets = excluded.facets, active = true, updated_at = now()
  WHERE NOT s.active OR s.row <> excluded.row OR s.facets <> excluded.facets`;

const END_ROLES = `
  UPDATE published_roles SET left_at = now()
  WHERE national_id = ANY($1) AND left_at IS NULL AND national_id || ' ' || key <> ALL($2::text[])`;

/** Of the places that these people practised in. */
const CLOSE_STRUCTURES = `
  UPDATE published_structures s SET active = false, updated_at = now()
  WHERE s.active AND s.id IN (SELECT structure_id FROM published_roles WHERE national_id = ANY($1) AND left_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM published_roles r WHERE r.structure_id = s.id AND r.left_at IS NULL)`;

/** What these places belong to, before somebody says otherwise. */
const ENTITIES_OF = `
  SELECT DISTINCT part_of FROM published_structures WHERE id = ANY($1) AND part_of IS NOT NULL`;

const CLOSE_ENTITIES = `
  UPDATE published_structures e SET active = false, updated_at = now()
  WHERE e.active AND (e.id = ANY($2) OR e.id IN (
      SELECT s.part_of FROM published_structures s JOIN published_roles r ON r.structure_id = s.id
      WHERE r.national_id = ANY($1) AND r.left_at IS NOT NULL))
    AND NOT EXISTS (SELECT FROM published_structures s WHERE s.part_of = e.id AND s.active)`;

/** A mailbox of a structure changed: so did the structure. */
const TOUCH_MAILBOXES = `
  UPDATE published_structures SET updated_at = now()
  WHERE facets && ARRAY(
    SELECT 'mailbox-of:' || substr(subject, 11) FROM unnest($1::text[]) AS subject WHERE subject LIKE 'structure:%'
  )`;

const FORGET_ROLES = `DELETE FROM published_roles WHERE left_at < now() - $1 * interval '1 millisecond'`;

const GATHER = (table: string) => `
  INSERT INTO ${table} (${SIGHTING}, active, updated_at)
  SELECT DISTINCT ON (id) said.id, said.kind, said.part_of, said.row, said.names, said.address, said.facets, true,
    CASE WHEN old.active AND old.row = said.row AND old.facets = said.facets THEN old.updated_at ELSE now() END
  FROM sightings said LEFT JOIN published_structures old USING (id)
  ORDER BY id, said.row`;

const KEEP_CLOSED = (table: string) => `
  INSERT INTO ${table} (${SIGHTING}, active, updated_at)
  SELECT ${SIGHTING}, false, CASE WHEN active THEN now() ELSE updated_at END FROM published_structures old
  WHERE NOT EXISTS (SELECT FROM ${table} new WHERE new.id = old.id)`;
