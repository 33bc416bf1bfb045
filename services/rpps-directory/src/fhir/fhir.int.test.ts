import { gzipSync } from 'node:zlib';
import type {
  Bundle,
  OperationOutcome,
  Organization,
  Practitioner,
  PractitionerRole,
  Resource,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsAbout } from '#src/testing/fhir-profiles.ts';
import { apiKey, base, type FhirWorld, openFhirWorld } from '#src/testing/fhir-world.ts';
import { cabinet, generalPractitioner, hospital } from '#src/testing/published.ts';
import { digestOfKey } from './access/key-digest.ts';

/** The face over what an import writes: real PostgreSQL and Redis, and every answer validated. */
let world: FhirWorld;

const camille = '899700000013';
const practice = {
  codeCivilite: 'MME',
  codeProfession: '10',
  codeCategorieProfessionnelle: 'C',
  codeCiviliteDexercice: 'DR',
  nomDexercice: 'LAMBDA',
  prenomDexercice: 'CAMILLE',
  codeTypeSavoirFaire: 'S',
  codeSavoirFaire: 'SM26',
};
const pharmacy = {
  codeModeExercice: 'L',
  codeSecteurDactivite: 'SA33',
  codeSectionPharmacien: 'A',
  codeRole: 'FON-03',
  codeGenreActivite: 'GENR01',
  numeroSiretSite: '99999999900036',
  identifiantTechniqueDeLaStructure: 'C99999999900036',
  raisonSocialeSite: 'PHARMACIE DE L’ÉTÉ',
  codePostal: '13001',
  libelleCommune: 'Marseille',
  autoriteDenregistrement: 'CNOP/CNOP/ARS',
};
const pharmacist = (n: number) => ({
  codeCivilite: 'M',
  codeProfession: '21',
  codeCategorieProfessionnelle: 'C',
  nomDexercice: `ÉPSILON-${String.fromCharCode(65 + (n % 26))}`,
  prenomDexercice: 'SACHA',
  ...pharmacy,
});
const numbered = (n: number) => `8997000${String(10_000 + n)}`;
const PHARMACISTS = 120;

beforeAll(async () => {
  world = await openFhirWorld();
  await world.imports('personne_activite', {
    [camille]: [
      { ...practice, ...cabinet },
      { ...practice, ...hospital },
    ],
    '00B6077602': [
      { ...practice, codeProfession: '28', nomDexercice: 'OMEGA', prenomDexercice: 'NOA', ...hospital },
    ],
    ...Object.fromEntries(Array.from({ length: PHARMACISTS }, (_, n) => [numbered(n), [pharmacist(n)]])),
  });
  await world.imports('dipl_autexerc', {
    [camille]: [...generalPractitioner.diplomas, ...generalPractitioner.authorisations],
  });
  await world.imports('porteurs', { [camille]: generalPractitioner.cards });
  await world.imports('mssante', {
    [camille]: generalPractitioner.mailboxes,
    'structure:0B0057881': [{ typeBal: 'ORG', adresseBal: 'urgences@3dames.mssante.example' }],
  });
  // Who opposed publication is in the restricted file alone.
  await world.imports('pro_sante_connect', {
    '899700000021': [{ ...practice, nomDexercice: 'SECRET', familyName: 'SECRET', givenName: "ALEX''" }],
    [camille]: [
      { ...practice, familyName: 'CIVIL', givenName: "CAMILLE''", nomDexercice: 'CIVIL', ...cabinet },
    ],
  });
});
afterAll(() => world?.close());

async function json<Type extends Resource>(path: string, headers?: Record<string, string>): Promise<Type> {
  const response = await world.get(path, headers);
  const resource: Type = response.json();
  expect.soft(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  expect.soft(path.includes('_elements') ? [] : complaintsAbout(resource), path).toEqual([]);
  return resource;
}

async function found(path: string): Promise<Bundle> {
  const bundle = await json<Bundle>(path);
  expect(bundle.resourceType, JSON.stringify(bundle)).toBe('Bundle');
  return bundle;
}

const resources = ({ entry = [] }: Bundle, mode: 'match' | 'include' | 'outcome' = 'match') =>
  entry.flatMap(({ resource, search }) => (resource && search?.mode === mode ? [resource] : []));

const names = (bundle: Bundle) =>
  resources(bundle).map((resource) => (resource as Practitioner).name?.[0]?.family);

async function one<Type extends Resource>(path: string): Promise<Type> {
  const bundle = await found(path);
  expect(resources(bundle), path).toHaveLength(1);
  return resources(bundle)[0] as Type;
}

async function allPages(
  path: string,
  between: () => Promise<void> = async () => undefined,
): Promise<Resource[]> {
  const all: Resource[] = [];
  let bundle = await found(path);
  for (let page = 0; page < 50; page++) {
    all.push(...resources(bundle));
    const next = bundle.link?.find(({ relation }) => relation === 'next')?.url;
    if (next === undefined) return all;
    await between();
    bundle = await found(next.slice(base.length));
  }
  throw new Error('the pages never end');
}

describe('a practitioner', () => {
  it('is found by each parameter, and by nothing else', async () => {
    const id = (await one<Practitioner>(`/Practitioner?identifier=${camille}`)).id;
    for (const query of [
      `_id=${id}`,
      'identifier=99700000013',
      'identifier=https%3A%2F%2Frpps.esante.gouv.fr%7C99700000013',
      'identifier:of-type=https%3A%2F%2Fhl7.fr%2Fig%2Ffhir%2Fcore%2FCodeSystem%2Ffr-core-cs-v2-0203%7CRPPS%7C99700000013',
      'family=lambda',
      'family:exact=LAMBDA',
      'family:contains=AMBD',
      'given=cam&family=lam',
      'name=camille',
      'name:contains=milL',
      'name=dr&identifier-type=RPPS',
      'mailbox-mss=camille.lambda@',
      'mailbox-mss:contains=pro.mssante',
      'mailbox-mss:exact=camille.lambda@pro.mssante.example',
      'number-smartcard=2800262487',
      'type-smartcard=CPS',
      'qualification-code=SM26&identifier-type=RPPS',
      'qualification-code=DE05',
      'qualification-code=S&qualification-code=10&identifier-type=RPPS',
      'qualification-code=https%3A%2F%2Fmos.esante.gouv.fr%2FNOS%2FTRE_G15-ProfessionSante%2FFHIR%2FTRE-G15-ProfessionSante%7C10',
      'data-registration-authority=CNOM&identifier-type=RPPS',
      'active=true&type-smartcard=CPS&data-information-system=RPPS',
      // A token matches whatever its case.
      'type-smartcard=cps&active=TRUE&data-information-system=rpps&identifier-type=rpps',
    ]) {
      const bundle = await found(`/Practitioner?${query}`);
      expect
        .soft(
          resources(bundle).map((each) => each.id),
          query,
        )
        .toEqual([id]);
    }
    for (const query of [
      'family=ambda',
      'family:exact=lambda',
      'name=CIVIL',
      'qualification-code=SM99',
      'identifier=997',
      '_id=0',
      'mailbox-mss=urgences',
    ])
      expect.soft(resources(await found(`/Practitioner?${query}`)), query).toEqual([]);
  });

  it('whom no public file ever showed is nowhere, nor is what the restricted file says of the others', async () => {
    for (const path of [
      '/Practitioner?family=secret',
      '/Practitioner?identifier=899700000021',
      '/Practitioner?name=alex',
    ])
      expect(resources(await found(path))).toEqual([]);
    const everybody = JSON.stringify(await allPages('/Practitioner?_count=200'));
    expect(everybody).not.toMatch(/SECRET|CIVIL|899700000021/);
    expect(everybody).toContain(camille);
  });

  it('is read by its id, and not sent again to who has it', async () => {
    const { id } = await one<Practitioner>('/Practitioner?family=lambda');
    const response = await world.get(`/Practitioner/${id}`);
    expect(response.statusCode).toBe(200);
    expect(complaintsAbout(response.json())).toEqual([]);
    expect(response.headers['last-modified']).toMatch(/GMT$/);
    const again = await world.get(`/Practitioner/${id}`, { 'if-none-match': String(response.headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect(again.headers).toMatchObject({
      etag: response.headers.etag,
      'cache-control': response.headers['cache-control'],
    });
    expect((await world.get(`/Practitioner/${id}`, { 'if-none-match': 'W/"other"' })).statusCode).toBe(200);
  });

  it('comes with the roles that lead to it', async () => {
    const bundle = await found('/Practitioner?family=lambda&_revinclude=PractitionerRole:practitioner');
    expect(resources(bundle, 'include').map(({ resourceType }) => resourceType)).toEqual([
      'PractitionerRole',
      'PractitionerRole',
    ]);
  });
});

describe('a role', () => {
  it('is found by person, structure, code, mailbox and identifier', async () => {
    const person = await one<Practitioner>('/Practitioner?family=lambda');
    const place = await one<Organization>('/Organization?identifier=0B0057881');
    const role = await one<PractitionerRole>(
      `/PractitionerRole?practitioner=${person.id}&organization=Organization/${place.id}`,
    );
    expect(role.telecom?.[0]?.value).toBe('camille.lambda@pro.mssante.example');
    for (const query of [
      `_id=${role.id}`,
      `identifier=${role.id}`,
      `practitioner=Practitioner/${person.id}&role=S`,
      `practitioner=${encodeURIComponent(`${base}/Practitioner/${person.id}`)}&role=FON-33`,
      `mailbox-mss=camille`,
      `identifier=https%3A%2F%2Frpps.esante.gouv.fr%7C&mailbox-mss=camille`,
    ])
      expect
        .soft(
          resources(await found(`/PractitionerRole?${query}`)).map(({ id }) => id),
          query,
        )
        .toEqual([role.id]);
    expect((await world.get(`/PractitionerRole/${role.id}`)).json()).toEqual(role);
  });

  it('has the mailbox of its cabinet, which its rank in the RPPS names', async () => {
    const [who, rank] = [numbered(711), `${numbered(711).slice(1)}003`];
    await world.imports('personne_activite', {
      [who]: [
        {
          nomDexercice: 'RANG',
          codeProfession: '70',
          ...cabinet,
          identifiantTechniqueDeLaStructure: 'R10100000328372',
          ancienIdentifiantDeLaStructure: `4${rank}`,
          autoriteDenregistrement: 'CNOMK/CNOMK/CNOMK',
        },
      ],
    });
    await world.imports('mssante', {
      [who]: [
        {
          typeBal: 'CAB',
          adresseBal: 'cabinet@medecin.mssante.example',
          typeIdentifiantStructure: '4',
          identificationStructure: rank,
        },
      ],
    });
    const role = await one<PractitionerRole>('/PractitionerRole?mailbox-mss=cabinet@medecin');
    expect(role.identifier?.[0]?.value).toBe(role.id);
    expect(role.telecom).toHaveLength(1);
  });

  it('is found by any authority of the table, regional ones too; what is not in it has no system', async () => {
    const table =
      'https://mos.esante.gouv.fr/NOS/TRE_R60-AutoriteEnregistrement/FHIR/TRE-R60-AutoriteEnregistrement';
    const [regional, fund] = [numbered(710), numbered(712)];
    const of = (nomDexercice: string, authority: string) => [
      {
        ...pharmacist(4),
        nomDexercice,
        codeProfession: '70',
        autoriteDenregistrement: `${authority}/${authority}/ARS`,
      },
    ];
    await world.imports('personne_activite', {
      [regional]: of('REGIONAL', 'ARS-93'),
      [fund]: of('CAISSE', 'CPAM'),
    });
    const search = (value: string) => `data-registration-authority=${encodeURIComponent(value)}`;
    const { id } = await one<Practitioner>(`/Practitioner?family=regional&${search(`${table}|`)}`);
    await one<PractitionerRole>(`/PractitionerRole?practitioner=${id}&${search(`${table}|ARS-93`)}`);
    await one<Practitioner>(`/Practitioner?family=caisse&${search('|CPAM')}`);
    expect(resources(await found(`/Practitioner?family=caisse&${search(`${table}|`)}`))).toEqual([]);
  });

  it('comes with its person and its structure', async () => {
    const bundle = await found('/PractitionerRole?mailbox-mss=camille&_include=*');
    const types = (of: Bundle) =>
      resources(of, 'include')
        .map(({ resourceType }) => resourceType)
        .sort();
    expect(types(bundle)).toEqual(['Organization', 'Practitioner']);
    const typed = await found(
      '/PractitionerRole?mailbox-mss=camille&_include=PractitionerRole:practitioner:Practitioner',
    );
    expect([types(typed), resources(typed, 'outcome')]).toEqual([['Practitioner'], []]);
    const other = await found(
      '/PractitionerRole?mailbox-mss=camille&_include=PractitionerRole:practitioner:Organization',
    );
    expect(types(other)).toEqual([]);
    expect(other.link?.[0]?.url).toBe(`${base}/PractitionerRole?mailbox-mss=camille`);
  });
});

describe('a structure', () => {
  it('is found by each parameter', async () => {
    const legal = await one<Organization>('/Organization?identifier=0B0057800');
    for (const query of [
      'name=hopital',
      'name:contains=3%20dames',
      'name:exact=HOPITAL%20DES%203%20DAMES',
      'address-city=ville-test',
      'address=ville-test',
      'address-line:contains=etienne',
      'address-postalcode=253',
      'identifier=10B0057881',
      'identifier-type=FINEG',
      'type=SA01',
      'data-registration-authority=ARS&data-information-system=FINESS',
      'mailbox-mss=urgences@',
      `partof=Organization/${legal.id}`,
      'data-information-system=FINESS&type=GEOGRAPHICAL-ENTITY',
      '_lastUpdated=ge2020&name=hopital',
    ])
      expect
        .soft(
          (await found(`/Organization?${query}`)).entry?.map(
            ({ resource }) => (resource as Organization).name,
          ),
          query,
        )
        .toEqual(['HOPITAL DES 3 DAMES']);
    const pharmacies = await found('/Organization?name=pharmacie%20de%20l%27ete&address-city=marseille');
    expect(resources(pharmacies)).toHaveLength(1);
    expect(pharmacies.total).toBe(1);
    expect(resources(await found('/Organization?pharmacy-licence=1'))).toEqual([]);
  });

  it('comes with its entity, with its places, and with who works there', async () => {
    const up = await found('/Organization?name=hopital&_include=Organization:partof');
    expect(resources(up, 'include').map((each) => (each as Organization).identifier?.[1]?.value)).toEqual([
      '0B0057800',
    ]);
    const down = await found('/Organization?identifier=0B0057800&_revinclude=Organization:partof');
    expect(resources(down, 'include').map((each) => (each as Organization).name)).toEqual([
      'HOPITAL DES 3 DAMES',
    ]);
    const there = await found('/Organization?name=hopital&_revinclude=PractitionerRole:organization');
    expect(resources(there, 'include')).toHaveLength(2);
  });
});

describe('pages', () => {
  it('tell everybody once, and the total on the first', async () => {
    const first = await found('/Practitioner?qualification-code=21&_count=50&_total=accurate');
    expect(first.total).toBe(PHARMACISTS);
    expect(first.link?.[0]?.url).toBe(`${base}/Practitioner?qualification-code=21&_count=50&_total=accurate`);
    const ids = (await allPages('/Practitioner?qualification-code=21&_count=50')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(PHARMACISTS);
    expect(ids).toHaveLength(PHARMACISTS);
  });

  it('stay the same while people come, change and leave', async () => {
    let step = 0;
    const ids = await allPages('/Practitioner?qualification-code=21&_count=25', async () => {
      step++;
      // Somebody comes, and a fourth of those who were told already changes.
      await world.imports('personne_activite', {
        [numbered(500 + step)]: [{ ...pharmacist(step), codeProfession: '21' }],
        [numbered(step)]: [{ ...pharmacist(step), telephone: `+3363998${String(1000 + step)}` }],
      });
    });
    const people = ids.map((each) => (each as Practitioner).identifier?.[0]?.value);
    for (let n = 0; n < PHARMACISTS; n++)
      expect(
        people.filter((id) => id === numbered(n)),
        numbered(n),
      ).toHaveLength(1);
  });

  it('of roles go on in the middle of a person', async () => {
    const roles = await allPages('/PractitionerRole?_count=1&data-registration-authority=CNOM');
    expect(new Set(roles.map(({ id }) => id)).size).toBe(3);
    expect(roles).toHaveLength(3);
  });

  it('are followed and not made: what is not ours is not found, and a link lives an hour', async () => {
    const next = (await found('/Practitioner?_count=5')).link?.[1]?.url ?? '';
    const path = next.slice(base.length);
    expect(next).not.toMatch(/Practitioner/);
    expect((await world.get(`${path.slice(0, -2)}AA`)).statusCode).toBe(404);
    expect((await world.get('/_page')).statusCode).toBe(404);
    // With another key it would show what somebody else searched for.
    await world.apiKeys.add({ name: 'another', digest: digestOfKey('another'), createdBy: 'tests' });
    expect((await world.get(path, { 'esante-api-key': 'another' })).statusCode).toBe(404);
    expect((await world.get(path)).statusCode).toBe(200);
    world.pass(3_601_000);
    const late = await world.get(path);
    expect([late.statusCode, (late.json() as OperationOutcome).resourceType]).toEqual([
      410,
      'OperationOutcome',
    ]);
  });

  it('of nothing but a count are a total', async () => {
    const bundle = await found('/Practitioner?_count=0&qualification-code=10');
    expect(bundle).toMatchObject({ total: 1 });
    expect(bundle.entry).toBeUndefined();
    // What no index tells is counted one by one.
    for (const [query, total] of [
      ['/Practitioner?name=camille', 1],
      ['/Practitioner?family:exact=LAMBDA', 1],
      ['/PractitionerRole?data-registration-authority=CNOM', 3],
      ['/Practitioner?active=https%3A%2F%2Felsewhere.example%7Ctrue', 0],
      ['/Practitioner?data-information-system=https%3A%2F%2Felsewhere.example%7CRPPS', 0],
    ] as const)
      expect.soft((await found(`${query}&_count=0`)).total, query).toBe(total);
  });

  it('have links that a server can read, whatever was searched for', async () => {
    const search = (value: string) =>
      world.app.inject({
        method: 'POST',
        url: '/fhir/v2/Practitioner/_search',
        headers: { 'esante-api-key': apiKey, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ _count: '1', 'data-information-system': `RPPS,${value}` }).toString(),
      });
    for (const character of ['x', '€', '"']) {
      const response = await search(character.repeat(5_900 / JSON.stringify(character).length));
      const next = (response.json() as Bundle).link?.[1]?.url ?? '';
      expect.soft(next.length, character).toBeLessThan(12_000);
      expect.soft((await world.get(next.slice(base.length))).statusCode, character).toBe(200);
    }
    expect((await search('€'.repeat(5_900))).json()).toMatchObject({ issue: [{ code: 'too-costly' }] });
  });
});

describe('the parameters of results', () => {
  it('_elements leaves out what was not asked for, and says so', async () => {
    const bundle = await found('/Practitioner?family=lambda&_elements=name');
    const practitioner = resources(bundle)[0] as Practitioner;
    expect(Object.keys(practitioner).sort()).toEqual([
      'active',
      'id',
      'identifier',
      'meta',
      'name',
      'resourceType',
    ]);
    expect(practitioner.meta?.tag?.[0]?.code).toBe('SUBSETTED');
  });

  it('that say nothing are left aside', async () => {
    const practitioner = await one<Practitioner>('/Practitioner?family=lambda&_elements=&_format=&given=');
    expect(practitioner.qualification).toBeDefined();
  });

  it('_total is counted, estimated or left out', async () => {
    expect((await found('/Practitioner?_total=none')).total).toBeUndefined();
    expect((await found('/Organization?_total=estimate&_count=1')).total).toEqual(expect.any(Number));
    const roles = await found('/PractitionerRole?_total=accurate&_count=1');
    expect(roles.total).toBe((await allPages('/PractitionerRole')).length);
    expect((await found('/PractitionerRole?_count=1')).total).toBeUndefined();
  });

  it('what is not known is left aside and told in the bundle, or refused when asked for', async () => {
    const bundle = await found('/Practitioner?nom=lambda&family=lambda');
    expect(names(bundle)).toEqual(['LAMBDA']);
    expect(resources(bundle, 'outcome')).toMatchObject([
      { issue: [{ severity: 'warning', expression: ['http.nom'] }] },
    ]);
    const strict = await world.get('/Practitioner?nom=lambda', { prefer: 'handling=strict' });
    expect([strict.statusCode, complaintsAbout(strict.json())]).toEqual([400, []]);
  });
});

describe('a search by POST', () => {
  it('is the same as by GET, with what the address adds', async () => {
    const response = await world.app.inject({
      method: 'POST',
      url: '/fhir/v2/Practitioner/_search?_count=1',
      headers: { 'esante-api-key': apiKey, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'family=lambda&given=Camille',
    });
    expect(names(response.json())).toEqual(['LAMBDA']);
  });
});

describe('a mailbox of a cabinet', () => {
  it('that no person is named for is one of the structure', async () => {
    await world.imports('mssante', {
      'structure:99999999900036': [
        { typeBal: 'CAB', adresseBal: 'cabinet@pharmacien.mssante.example' },
        { typeBal: 'PER', adresseBal: 'personne@pharmacien.mssante.example' },
      ],
    });
    const { name } = await one<Organization>('/Organization?mailbox-mss=cabinet@pharmacien');
    expect(name).toBe(pharmacy.raisonSocialeSite);
    expect(resources(await found('/Organization?mailbox-mss=personne@'))).toEqual([]);
  });
});

describe('a structure of several people', () => {
  it('changes when they say something else of it, not when somebody of another order does', async () => {
    const shop = {
      ...pharmacy,
      identifiantTechniqueDeLaStructure: 'C99999999900028',
      raisonSocialeSite: 'COMMUNE',
    };
    const [a, b] = [numbered(720), numbered(721)];
    await world.imports('personne_activite', { [a]: [{ ...pharmacist(5), ...shop }] });
    const before = await one<Organization>('/Organization?name=commune');
    await world.imports('personne_activite', {
      [b]: [{ ...pharmacist(6), ...shop, autoriteDenregistrement: 'ONI/ONI/ARS' }],
    });
    expect(await one<Organization>('/Organization?name=commune')).toEqual(before);
    await world.imports('personne_activite', {
      [b]: [{ ...pharmacist(6), ...shop, autoriteDenregistrement: 'ONI/ONI/CPAM' }],
    });
    const after = await one<Organization>('/Organization?name=commune');
    expect(after.meta?.lastUpdated).not.toBe(before.meta?.lastUpdated);
  });
});

describe('a structure that goes to another legal entity', () => {
  it('is one of it, and the entity that has none any more is deleted', async () => {
    const who = numbered(740);
    const site = (entity: string) => ({
      ...pharmacist(9),
      ...hospital,
      raisonSocialeSite: 'CEDEE',
      numeroFinessSite: '0B0057990',
      identifiantTechniqueDeLaStructure: 'F0B0057990',
      ancienIdentifiantDeLaStructure: '10B0057990',
      numeroFinessetablissementJuridique: entity,
    });
    await world.imports('personne_activite', { [who]: [site('0B0057991')] });
    const before = await one<Organization>('/Organization?identifier=0B0057991');
    await world.imports('personne_activite', { [who]: [site('0B0057992')] });
    const after = await one<Organization>('/Organization?identifier=0B0057992');
    expect((await one<Organization>('/Organization?name=cedee')).partOf?.reference).toBe(
      `Organization/${after.id}`,
    );
    expect((await world.get(`/Organization/${before.id}`)).json()).toMatchObject({ active: false });
  });
});

describe('the restricted file', () => {
  const everything = async () => ({
    people: await allPages('/Practitioner?_count=200'),
    roles: await allPages('/PractitionerRole?_count=200'),
    structures: await allPages('/Organization?_count=200'),
  });

  it('changes nothing that is told, nor when it changed', async () => {
    const shop = {
      ...pharmacy,
      identifiantTechniqueDeLaStructure: 'C99999999900044',
      raisonSocialeSite: 'DITE DEUX FOIS',
    };
    const [a, b, moved] = [numbered(730), numbered(731), '00B6077620'];
    // The two say different things of one place.
    await world.imports('personne_activite', {
      [a]: [{ ...pharmacist(7), ...shop, telephone: '0199000001' }],
      [moved]: [{ ...practice, codeProfession: '60', nomDexercice: 'ADELI', ...hospital }],
    });
    await world.imports('personne_activite', {
      [b]: [{ ...pharmacist(8), ...shop, telephone: '0199000002' }],
    });
    const before = await everything();
    await world.imports('pro_sante_connect', {
      [a]: [{ ...pharmacist(7), ...shop, nomDexercice: 'MARIEE', familyName: 'CIVIL' }],
      '899700000021': [{ ...practice, nomDexercice: 'SECRET', codeProfession: '50' }],
    });
    expect(await everything()).toEqual(before);

    // There, the number of ADELI is one of somebody else's by now.
    await world.postgres.query(
      `INSERT INTO declared_identifiers (identifier, subject, kind) VALUES ($1, $2, 'pro_sante_connect')`,
      [moved, a],
    );
    await world.imports('pro_sante_connect', { [a]: [{ ...pharmacist(7), ...shop, familyName: 'CIVIL' }] });
    expect(await everything()).toEqual(before);

    await world.imports('pro_sante_connect', { [a]: undefined });
    expect(await everything()).toEqual(before);
  });
});

describe('who left', () => {
  it('is told for a month with the identifiers alone, then gone', async () => {
    const left = numbered(700);
    await world.imports('personne_activite', { [left]: [{ ...pharmacist(1), nomDexercice: 'PARTI' }] });
    const before = await one<Practitioner>('/Practitioner?family=parti');
    const role = await one<PractitionerRole>(`/PractitionerRole?practitioner=${before.id}`);
    await world.imports('personne_activite', { [left]: undefined });

    expect(resources(await found('/Practitioner?family=parti'))).toEqual([]);
    const stub = await one<Practitioner>(`/Practitioner?_id=${before.id}&active=false`);
    expect(stub).toMatchObject({ active: false, identifier: before.identifier });
    expect(stub.name).toBeUndefined();
    expect((await world.get(`/Practitioner/${before.id}`)).json()).toEqual(stub);
    const gone = await one<PractitionerRole>(`/PractitionerRole?identifier=${role.id}`);
    expect(gone).toMatchObject({ active: false, id: role.id });
    expect(gone.practitioner).toBeUndefined();

    world.pass(31 * 86_400_000);
    expect((await world.get(`/Practitioner/${before.id}`)).statusCode).toBe(410);
    expect((await world.get(`/PractitionerRole/${role.id}`)).statusCode).toBe(410);
    expect(resources(await found(`/Practitioner?_id=${before.id}`))).toEqual([]);
    expect(resources(await found(`/PractitionerRole?identifier=${role.id}`))).toEqual([]);
    world.pass(-31 * 86_400_000);

    // Back again, under the same id.
    await world.imports('personne_activite', { [left]: [{ ...pharmacist(1), nomDexercice: 'REVENU' }] });
    expect((await one<Practitioner>('/Practitioner?family=revenu')).id).toBe(before.id);
  });

  it('long ago is not told again when another file says something else of them', async () => {
    const left = numbered(702);
    await world.imports('personne_activite', { [left]: [{ ...pharmacist(1), nomDexercice: 'ANCIEN' }] });
    const { id } = await one<Practitioner>('/Practitioner?family=ancien');
    await world.imports('personne_activite', { [left]: undefined });
    await world.postgres.query(
      `UPDATE versions SET finished_at = now() - interval '31 days' WHERE id = (SELECT max(id) FROM versions)`,
    );
    await world.imports('porteurs', { [left]: [{ typeCarte: 'CPS', numeroCarte: '9900000001' }] });
    expect((await world.get(`/Practitioner/${id}`)).statusCode).toBe(410);
    expect(resources(await found(`/Practitioner?_id=${id}`))).toEqual([]);
  });

  it('the public file and not the restricted one is deleted too, and what that one says stays unsaid', async () => {
    const who = numbered(703);
    await world.imports('personne_activite', { [who]: [{ ...pharmacist(3), nomDexercice: 'DISCRET' }] });
    const { id } = await one<Practitioner>('/Practitioner?family=discret');
    await world.imports('pro_sante_connect', {
      [who]: [
        { ...practice, familyName: 'HIDDEN', nomDexercice: 'HIDDEN', codeProfession: '50', ...cabinet },
      ],
    });
    await world.imports('personne_activite', { [who]: undefined });

    const stub = (await world.get(`/Practitioner/${id}`)).json();
    expect(stub).toMatchObject({ active: false });
    expect(Object.keys(stub)).not.toContain('qualification');
    for (const query of ['family=hidden', 'qualification-code=50', 'active=true&_id='.concat(id ?? '')])
      expect.soft(resources(await found(`/Practitioner?${query}`)), query).toEqual([]);
    expect(resources(await found(`/PractitionerRole?practitioner=${id}`))).toEqual([]);
    expect(JSON.stringify(await allPages('/PractitionerRole?active=false&_count=200'))).not.toContain(
      'HIDDEN',
    );
  });

  it('under an ADELI number is deleted too, although the number still logs in', async () => {
    const who = '00B6077610';
    await world.imports('personne_activite', {
      [who]: [{ ...practice, codeProfession: '28', nomDexercice: 'OPPOSE', ...hospital }],
    });
    const { id } = await one<Practitioner>('/Practitioner?family=oppose');
    const role = await one<PractitionerRole>(`/PractitionerRole?practitioner=${id}`);
    await world.imports('personne_activite', { [who]: undefined });

    expect((await world.get(`/Practitioner/${id}`)).json()).toMatchObject({ active: false });
    expect((await world.get(`/PractitionerRole/${role.id}`)).json()).toMatchObject({ active: false });
    for (const query of ['family=oppose', `active=true&_id=${id}`])
      expect.soft(resources(await found(`/Practitioner?${query}`)), query).toEqual([]);
    const everything = await Promise.all(
      ['/Practitioner', '/PractitionerRole'].map((path) => allPages(`${path}?_count=200`)),
    );
    expect(JSON.stringify(everything)).not.toContain('OPPOSE');
    world.pass(31 * 86_400_000);
    expect((await world.get(`/Practitioner/${id}`)).statusCode).toBe(410);
    expect(resources(await found(`/Practitioner?_id=${id}`))).toEqual([]);
    world.pass(-31 * 86_400_000);
  });

  it('one place leaves the role that ended, and the place when nobody else is there', async () => {
    const who = numbered(701);
    const shop = {
      ...pharmacist(2),
      nomDexercice: 'MOBILE',
      identifiantTechniqueDeLaStructure: 'C99999999900010',
      numeroSiretSite: '99999999900010',
      raisonSocialeSite: 'PHARMACIE EPHEMERE',
    };
    await world.imports('personne_activite', { [who]: [shop] });
    const place = await one<Organization>('/Organization?name=pharmacie%20ephemere');
    const role = await one<PractitionerRole>(`/PractitionerRole?organization=${place.id}`);
    await world.imports('personne_activite', { [who]: [{ ...pharmacist(2), nomDexercice: 'MOBILE' }] });

    const roles = await found(`/PractitionerRole?practitioner=${role.practitioner?.reference}`);
    expect(resources(roles)).toHaveLength(1);
    expect(resources(roles)[0]?.id).not.toBe(role.id);
    expect((await world.get(`/PractitionerRole/${role.id}`)).json()).toMatchObject({ active: false });
    const closed = await one<Organization>(`/Organization?_id=${place.id}`);
    expect(closed).toMatchObject({ active: false, name: 'PHARMACIE EPHEMERE' });
    expect(closed.address).toBeUndefined();
    const delta = await found('/PractitionerRole?active=false');
    expect(resources(delta).map(({ id }) => id)).toContain(role.id);
    // It refers to nobody any more, and comes with nobody.
    const person = await found('/Practitioner?family=mobile&_revinclude=PractitionerRole:practitioner');
    expect(resources(person, 'include').map(({ id }) => id)).toEqual([resources(roles)[0]?.id]);
  });

  it('is told by the day it changed', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const changed = await allPages(`/Practitioner?_lastUpdated=ge${day}&_count=200`);
    expect(changed.length).toBeGreaterThan(PHARMACISTS);
    expect(resources(await found('/Practitioner?_lastUpdated=lt2020'))).toEqual([]);
    expect(resources(await found(`/PractitionerRole?_lastUpdated=gt${day}`))).toEqual([]);
  });
});

describe('what is made again from the beginning', () => {
  it('is what it was: ids, structures and roles', async () => {
    const all = async () => ({
      people: (await allPages('/Practitioner?_count=200')).map(({ id }) => id),
      roles: (await allPages('/PractitionerRole?_count=200')).map(({ id }) => id),
      structures: (await allPages('/Organization?_count=200')).map(({ id }) => id),
    });
    const before = await all();
    await world.postgres.query('DELETE FROM register_followers');
    await world.imports('savoir_faire', {});
    expect(await all()).toEqual(before);
    expect((await found('/Organization?name=hopital')).total).toBe(1);
  });
});

describe('errors', () => {
  it('are resources, each with its status', async () => {
    const outcomes: [number, Promise<Awaited<ReturnType<FhirWorld['get']>>>][] = [
      [404, world.get('/Patient')],
      [404, world.get('/Device/1')],
      [404, world.get('/Practitioner/unknown')],
      [400, world.get('/Practitioner/%E0')],
      [414, world.get(`/Practitioner/${'x'.repeat(200)}`)],
      [404, world.get('/Practitioner/999999999999')],
      [404, world.get('/Organization/0000000000000000')],
      [400, world.get('/Practitioner?_count=x')],
      [400, world.get('/Practitioner?family:missing=true')],
      [406, world.get('/Practitioner', { accept: 'application/fhir+xml' })],
      [406, world.get('/Practitioner', { accept: 'application/fhir+json; fhirVersion=5.0' })],
      [406, world.get('/Practitioner?_format=xml')],
      [401, world.get('/Practitioner', { 'esante-api-key': '' })],
      [401, world.get('/Practitioner', { 'esante-api-key': 'wrong' })],
    ];
    for (const method of ['PUT', 'DELETE', 'PATCH', 'POST'] as const)
      outcomes.push([
        405,
        world.app.inject({ method, url: '/fhir/v2/Practitioner/1', headers: { 'esante-api-key': apiKey } }),
      ]);
    // Read as it is, it would be parameters that nobody knows, and the answer everybody.
    outcomes.push([
      415,
      world.app.inject({
        method: 'POST',
        url: '/fhir/v2/Practitioner/_search',
        headers: {
          'esante-api-key': apiKey,
          'content-type': 'application/x-www-form-urlencoded',
          'content-encoding': 'gzip',
        },
        payload: gzipSync('family=lambda'),
      }),
    ]);
    for (const type of ['application/json', 'text/plain'])
      outcomes.push([
        415,
        world.app.inject({
          method: 'POST',
          url: '/fhir/v2/Practitioner/_search',
          headers: { 'esante-api-key': apiKey, 'content-type': type },
          payload: '{}',
        }),
      ]);
    for (const [status, asked] of outcomes) {
      const response = await asked;
      expect.soft(response.statusCode).toBe(status);
      const outcome = response.json() as OperationOutcome;
      expect.soft(outcome.resourceType).toBe('OperationOutcome');
      expect.soft(complaintsAbout(outcome)).toEqual([]);
      expect.soft(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
    }
  });

  it('a method that is not allowed is told which are', async () => {
    const headers = { 'esante-api-key': apiKey };
    const search = await world.app.inject({ method: 'PUT', url: '/fhir/v2/Practitioner/_search', headers });
    expect([search.statusCode, search.headers.allow]).toEqual([405, 'POST']);
    const read = await world.get('/Practitioner/_search?family=lambda');
    expect([read.statusCode, read.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('a search that takes too long', () => {
  it('is given up by the database, and told so', async () => {
    const client = await world.postgres.connect();
    try {
      // Whoever reads waits for it, for ever.
      await client.query('BEGIN; LOCK TABLE listed_people IN ACCESS EXCLUSIVE MODE');
      const response = await world.get('/Practitioner?family=lambda');
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ issue: [{ code: 'too-costly' }] });
      expect(complaintsAbout(response.json())).toEqual([]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    expect((await world.get('/Practitioner?family=lambda')).statusCode).toBe(200);
  });
});

describe('the capabilities', () => {
  it('are told to anybody, and are valid', async () => {
    const response = await world.app.inject('/fhir/v2/metadata');
    expect(response.statusCode).toBe(200);
    expect(complaintsAbout(response.json())).toEqual([]);
    expect(response.json().rest[0].resource.map(({ type }: { type: string }) => type)).toEqual([
      'Practitioner',
      'PractitionerRole',
      'Organization',
    ]);
  });
});

describe('without PostgreSQL', () => {
  it('the face says so, and when to come back', async () => {
    world.cut();
    const response = await world.get('/Practitioner');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2']);
    expect(complaintsAbout(response.json())).toEqual([]);
    world.mend();
    expect((await world.get('/Practitioner?_count=1')).statusCode).toBe(200);
  });
});
