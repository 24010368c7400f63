import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { BROKEN, SERVICES } from '../factories/upstream-files';
import { fileOf, present, ROOT, upstreamRepository } from '../factories/upstream-repository';
import { McpTestClient, type RestResult, RestTestClient } from '../support/clients';
import { git, Person } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';
import type { Loose } from '../support/loose';

let scratch: string;
let repository: string;
let program: Program;
let admin: RestTestClient;
let olga: RestTestClient;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mctl-upstream-'));
  repository = await upstreamRepository(join(scratch, 'upstream.git'));
  program = await Program.start({
    env: {
      MCTL_GITOPS_REMOTE: pathToFileURL(repository).href,
      MCTL_GITOPS_POLL: '1s',
      MCTL_PLATFORM_DOMAIN: 'apps.example.org',
    },
  });
  admin = new RestTestClient(program.url, await tokenFor(program.dataDir, 'admin'));
  olga = new RestTestClient(program.url, await tokenFor(program.dataDir, 'olga'));
});
afterAll(async () => {
  await program?.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

const read = async (client: RestTestClient, path: string): Promise<Loose> => {
  const { status, body } = await client.get(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
};
const config = (service: string) => read(olga, `/api/v1/services/labs/${service}`);

/** The file at the branch's head, to the byte. */
function bytesOf(service: string): Buffer {
  return execFileSync('git', ['cat-file', 'blob', `main:${fileOf(service)}`], { cwd: repository });
}

async function allPages(client: RestTestClient, path: string, limit: number): Promise<Loose[]> {
  const pages: Loose[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    pages.push(await read(client, `${path}?limit=${limit}${cursor && `&cursor=${cursor}`}`));
    cursor = pages.at(-1).next_cursor;
  }
  return pages;
}

/** Codes of the warnings that name a path. */
const codesAt = (warnings: Loose[], path: string) =>
  warnings.filter(({ message }) => message.includes(path)).map(({ code }) => code);

const READABLE = [...Object.keys(SERVICES), 'big'].sort();

describe('reading', () => {
  it('lists every service that can be read, and names every file that cannot, on the page where it would stand', async () => {
    const pages = await allPages(olga, '/api/v1/services', 4);
    expect(pages.flatMap(({ items }) => items.map(({ name }: Loose) => name))).toEqual(READABLE);
    const warnings = pages.flatMap((page) => page.warnings);
    for (const [name, [, why]] of Object.entries(BROKEN)) {
      const told = warnings.filter(({ message }) => message.includes(fileOf(name)));
      expect(told).toEqual([{ code: 'unreadable_file', message: expect.stringMatching(why) }]);
    }
    expect(codesAt(warnings, fileOf('linked'))).toEqual(['unreadable_file']);
    expect(codesAt(warnings, fileOf('latin'))).toEqual(['unreadable_file']);
    for (const folder of ['only-catalog', 'nested', 'openclaw']) {
      expect(codesAt(warnings, `services/labs/${folder}/`)).toEqual(['no_values_file']);
    }
    for (const { items, warnings: beside } of pages) expect(items.length + beside.length).toBeGreaterThan(0);
    expect(pages[0].warnings.filter(({ message }: Loose) => message.includes('/b-alias/'))).toHaveLength(1);
    expect(JSON.stringify(pages)).not.toContain('ghosts');
  });

  it('tells administrators of services whose team does not exist', async () => {
    const { warnings } = await read(admin, '/api/v1/services?query=ghosts');
    expect(codesAt(warnings, 'services/ghosts/api/')).toEqual(['no_tenant']);
  });

  it.each<[service: string, expected: Loose]>([
    [
      'plain',
      {
        type: 'web',
        tag: '1.4.2',
        port: 8000,
        host: 'labs-plain.apps.example.org',
        custom_domains: ['labs-plain.example.me'],
        resources: { requests: { cpu: '0.2', memory: '256Mi' }, limits: { cpu: '500m', memory: '0.5Gi' } },
        warnings: [],
      },
    ],
    [
      'no-ingress',
      { type: 'worker', host: null, port: null, resources: { limits: { memory: '256Mi' } }, warnings: [] },
    ],
    ['asleep', { replicas: 0, tag: 'main-4f2a91c', warnings: [] }],
    [
      'no-probes',
      {
        probes: [
          { name: 'liveness', state: 'off' },
          { name: 'readiness', state: 'off' },
          { name: 'startup', state: 'off' },
        ],
        warnings: [],
      },
    ],
    ['vanity', { host: 'www.example.com', custom_domains: ['Example.com', 'api.example.com'], warnings: [] }],
    [
      'with-db',
      {
        database: { provisioned: true, secret: 'labs-with-db-base-service-db-creds' },
        secret_names: ['STRIPE_KEY'],
        warnings: [],
      },
    ],
    ['cleared', { env: {}, secret_names: [], database: { provisioned: false, secret: null }, warnings: [] }],
    ['tag-quoted', { tag: '1.10', warnings: [] }],
    ['anchored', { resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '500m' } }, warnings: [] }],
    ['windows', { tag: 'v1', env: { A: '1' }, warnings: [] }],
    ['big', { tag: '2026.8.1', replicas: 2, port: 9000, env: { LOG_LEVEL: 'info', GREETING: "it's" }, warnings: [] }],
  ])('reads %s as its author meant it', async (service, expected) => {
    expect(await config(service)).toMatchObject(expected);
  });

  it.each([
    ['tag-float', '1.10', '1.1'],
    ['tag-date', '20240101', '2.0240101e+07'],
    ['tag-power', '1e3', '1000'],
    ['tag-octal', '0123', '83'],
    ['tag-hash', '4995e53', '4.995e+56'],
  ])('shows the tag of %s as %s, and warns that Helm makes %s of it', async (service, written, printed) => {
    const { tag, tag_history, warnings } = await config(service);
    expect([tag, tag_history[0].tag]).toEqual([written, written]);
    expect(warnings).toEqual([{ code: 'number_for_text', message: expect.stringContaining(`Helm makes ${printed}.`) }]);
    const status = await read(olga, `/api/v1/status/labs/${service}`);
    expect(status).toMatchObject({ image: { declared: `ghcr.io/mctlhq/${service}:${written}` }, warnings });
  });

  it('shows variables as written, and names those that arrive otherwise', async () => {
    const { env, warnings } = await config('scalars');
    expect(env).toEqual({
      RATIO: '1.10',
      FEATURE: 'on',
      PORT: '3000',
      BIG: '1000000',
      TEXT: 'yes',
      PIN_TOKEN: '[masked]',
    });
    const [wrong, misread] = warnings.map(({ message }: Loose) => message);
    expect(wrong).toContain('env.NESTED is a map');
    expect(misread).toContain('env.RATIO (written 1.10, printed 1.1)');
    expect(misread).toContain('env.FEATURE (written on, printed true)');
    expect(misread).toContain('env.PIN_TOKEN ([masked])');
    expect(misread).not.toMatch(/PORT|TEXT|0123/);
  });

  it('names what stands in the wrong place', async () => {
    const { warnings, env, replicas, probes } = await config('wrong');
    expect({ env, replicas }).toEqual({ env: {}, replicas: 1 });
    expect(probes[0]).toMatchObject({ name: 'liveness', state: 'off' });
    const places = warnings.map(({ message }: Loose) => /: ([\w.]+) is /.exec(message)?.[1]);
    expect(places).toEqual(['service', 'replicaCount', 'env', 'ingress.enabled', 'probes.liveness']);
  });

  it('reads a tenant with all of that over MCP', async () => {
    const client = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, 'dave'));
    const tenant = await client.must('mctl_get_tenant', { team: 'labs' });
    await client.close();
    expect(tenant.quotas).toEqual({
      'requests.cpu': '20.5',
      'requests.memory': '40.5Gi',
      'limits.cpu': '40',
      'limits.memory': '80Gi',
      pods: '200',
      persistentvolumeclaims: '5',
      services: '10',
    });
    expect(tenant.networking.internet_egress).toBe(true);
    expect(tenant.services.map(({ name }: Loose) => name)).toEqual(READABLE);
    expect(codesAt(tenant.warnings, 'tenants/labs/values.yaml')).toEqual(['unknown_role']);
    expect(codesAt(tenant.warnings, fileOf('b-twice'))).toEqual(['unreadable_file']);
    expect(codesAt(tenant.warnings, fileOf('empty'))).toEqual(['empty_file']);
  });

  it('lists all tenants, and names the odd ones and the folders without one', async () => {
    const pages = await allPages(admin, '/api/v1/tenants', 3);
    const names = pages.flatMap(({ items }) => items.map(({ name }: Loose) => name));
    expect(names).toEqual(['admins', 'empty', 'labs', 'listed', 'remarks', 'renamed']);
    const warnings = pages.flatMap((page) => page.warnings);
    const codes = (team: string) => codesAt(warnings, `tenants/${team}/`);
    expect(codes('admins')).toEqual([]);
    expect(codes('tabs')).toEqual(['unreadable_file']);
    expect(codes('empty')).toEqual(['no_tenant_key']);
    expect(codes('remarks')).toEqual(['no_tenant_key']);
    expect(codes('listed')).toEqual(['wrong_kind', 'wrong_kind']);
    expect(codes('renamed')).toEqual(['name_mismatch', 'member_without_name', 'number_for_text', 'bad_quantity']);
    expect(codes('only-catalog')).toEqual(['no_values_file']);
    expect(codes('nested')).toEqual(['no_values_file']);
  });
});

describe('/readyz', () => {
  const inspected = async (client: RestTestClient, path: string): Promise<Loose> => {
    for (;;) {
      const body = await read(client, path);
      if (body.repository.inspected) return body;
      await sleep(50);
    }
  };

  it('counts for everybody and names for administrators', async () => {
    const open = await inspected(new RestTestClient(program.url), '/readyz');
    expect(open.repository).toMatchObject({ inspected: true, unreadable: Object.keys(BROKEN).length + 5 });
    const { repository: counts, problems, more_problems } = await read(admin, '/readyz?verbose');
    expect(counts).toEqual(open.repository);
    expect(more_problems).toBe(0);
    const codes = Object.fromEntries(problems.map(({ path, code }: Loose) => [path, code]));
    expect(codes[`${ROOT}/services/labs/submodule`]).toBe('unreadable_file');
    expect(codes[`${ROOT}/domains/shop.example.com.yaml`]).toBe('unreadable_file');
    expect(codes[fileOf('twin')]).toBe('duplicate_host');
    expect(codes[fileOf('vanity')]).toBe('duplicate_host');
    expect(codes[fileOf('api', 'ghosts')]).toBe('no_tenant');
    expect(JSON.stringify(problems)).not.toMatch(/agents-state|cluster-templates|vault-cleanup/);
    const lines = program.log.filter((line) => line.includes('unreadable file'));
    expect(lines).toHaveLength(counts.unreadable);
  });

  it('names nothing to anybody else', async () => {
    for (const client of [new RestTestClient(program.url), olga]) {
      const body = await read(client, '/readyz?verbose');
      expect(JSON.stringify(body)).not.toMatch(/labs|values\.yaml/);
    }
    expect((await new RestTestClient(program.url, 'x.y.z').get('/readyz?verbose')).status).toBe(401);
  });
});

describe('writing', () => {
  type Change = readonly [was: string, is: string];
  const CASES: [service: string, operation: string, input: object, changes: readonly Change[]][] = [
    ['big', 'deploy-service', { action: 'deploy', image_tag: '2026.9.0' }, [["tag: '2026.8.1'", "tag: '2026.9.0'"]]],
    ['big', 'scale-service', { replicas: 3 }, [['replicaCount:  2\n', 'replicaCount:  3\n']]],
    [
      'big',
      'deploy-service',
      { action: 'update-config', env: { LOG_LEVEL: 'debug' } },
      [['  LOG_LEVEL:   info\n', '  LOG_LEVEL:   debug\n']],
    ],
    ['big', 'rollback-service', { target_tag: '2026.7.0' }, [["tag: '2026.9.0'", "tag: '2026.7.0'"]]],
    ['plain', 'rollback-service', { target_tag: '1.4.1' }, [['tag: 1.4.2   #', 'tag: 1.4.1   #']]],
    ['tag-float', 'deploy-service', { action: 'deploy', image_tag: '1.10' }, [['tag: 1.10\n', 'tag: "1.10"\n']]],
    ['tag-date', 'rollback-service', {}, [['tag: 20240101  #', 'tag: "20231201"  #']]],
    [
      'tag-hash',
      'deploy-service',
      { action: 'deploy', image_tag: '5006f64' },
      [
        ['tag: 4995e53\n', 'tag: 5006f64\n'],
        ['tag-hash:4995e53\n', 'tag-hash:5006f64\n'],
      ],
    ],
    [
      'scalars',
      'deploy-service',
      { action: 'update-config', env: { FEATURE: 'on', RATIO: '1.10', PORT: '3000', BIG: '2000000' } },
      [
        ['RATIO: 1.10\n', 'RATIO: "1.10"\n'],
        ['FEATURE: on   #', 'FEATURE: "on"   #'],
        ['BIG: 1000000\n', 'BIG: "2000000"\n'],
      ],
    ],
    ['asleep', 'scale-service', { replicas: 1 }, [['replicaCount: 0   #', 'replicaCount: 1   #']]],
    ['windows', 'deploy-service', { action: 'deploy', image_tag: 'v2' }, [['tag: v1\r\n', 'tag: v2\r\n']]],
    ['cleared', 'deploy-service', { action: 'update-config', env: { A: 'b' } }, [['env: {}\n', 'env:\n  A: b\n']]],
    ['anchored', 'deploy-service', { action: 'deploy', image_tag: 'v8' }, [['tag: v7\n', 'tag: v8\n']]],
    ['no-probes', 'scale-service', { replicas: 2 }, [['readiness: null\n', 'readiness: null\nreplicaCount: 2\n']]],
  ];

  it.each(CASES)('%s: %s %j changes these characters and no other byte', async (service, operation, input, changes) => {
    const before = bytesOf(service).toString('latin1');
    const { status, body } = await olga.execute(operation, { team: 'labs', service, ...input, wait_seconds: 25 });
    expect([status, body.operation?.status ?? body]).toEqual([200, 'succeeded']);
    for (const [was] of changes) expect(before.split(was)).toHaveLength(2);
    const expected = changes.reduce((text, [was, is]) => text.replace(was, () => is), before);
    expect(bytesOf(service).toString('latin1')).toBe(expected);
    expect(await git(repository, 'show', '--format=', '--name-only', body.commit.sha)).toBe(fileOf(service));
  });

  it.each(['b-twice', 'b-several', 'linked', 'latin'])('leaves %s alone, and says why', async (service) => {
    const input = { team: 'labs', service, action: 'deploy', image_tag: 'v2' };
    const { status, body } = await olga.execute('deploy-service', input);
    expect([status, body.code]).toEqual([409, 'unreadable_file']);
  });

  it('goes back from a tag without quotes to what the file said, and says what ran', async () => {
    const { body } = await olga.execute('rollback-service', {
      team: 'labs',
      service: 'tag-date',
      target_tag: '20240101',
      wait_seconds: 25,
    });
    expect(body.warnings).toEqual([
      { code: 'number_for_text', message: expect.stringContaining('what ran was 2.0240101e+07') },
    ]);
    expect(bytesOf('tag-date').toString()).toContain('tag: "20240101"  # nightly\n');
  });

  it('forgets what was odd once it is mended, and keeps every other file', async () => {
    expect(await config('tag-float')).toMatchObject({ tag: '1.10', warnings: [] });
    const written = new Set(CASES.map(([service]) => fileOf(service)));
    for (const [path, text] of Object.entries(present())) {
      if (written.has(path)) continue;
      expect(execFileSync('git', ['cat-file', 'blob', `main:${path}`], { cwd: repository }).toString()).toBe(text);
    }
  });

  /** Asks until what others pushed has arrived. */
  const answered = async (status: number): Promise<RestResult> => {
    for (;;) {
      const result = await olga.get('/api/v1/services/labs/vanity');
      if (result.status === status) return result;
      await sleep(50);
    }
  };

  it('names a file that somebody turns into a link, and reads it again when it is one no more', async () => {
    const person = await Person.clone(repository, join(scratch, 'person'));
    const path = join(person.folder, fileOf('vanity'));
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    symlinkSync('../plain/values.yaml', path);
    await person.commit({}, 'chore: a link');
    await person.push();
    const { body } = await answered(409);
    expect(body).toMatchObject({ code: 'unreadable_file', message: expect.stringContaining('symbolic link') });
    rmSync(path);
    await person.commit({ [fileOf('vanity')]: text }, 'chore: no link');
    await person.push();
    expect((await answered(200)).body.tag).toBe('v2');
  });

  it('writes nothing below a folder that somebody turns into a link, says so in every list, and goes on when it is one again', async () => {
    const person = await Person.clone(repository, join(scratch, 'mover'));
    const folder = join(person.folder, ROOT, 'services');
    const moved = join(person.folder, 'svc2');
    const before = (await read(olga, '/api/v1/services?limit=100')).items.length;
    renameSync(folder, moved);
    symlinkSync('../svc2', folder);
    await person.commit({}, 'chore: moved');
    await person.push();
    await answered(409);
    const named = {
      code: 'unreadable_file',
      message: expect.stringMatching(`${ROOT}/services cannot.*Make it a folder`),
    };
    for (const path of ['/api/v1/services', '/api/v1/services?team=labs']) {
      for (const client of [olga, admin]) {
        expect(await read(client, path)).toMatchObject({ items: [], warnings: [named] });
      }
    }
    expect((await read(olga, '/api/v1/tenants/labs')).warnings).toContainEqual(named);
    const head = await git(repository, 'rev-parse', 'main');
    const input = { team: 'labs', service: 'fresh', action: 'onboard', image: 'ghcr.io/mctlhq/fresh', image_tag: 'v1' };
    const { status, body } = await olga.execute('deploy-service', input);
    expect([status, body.code]).toEqual([409, 'unreadable_file']);
    expect(body.message).toContain(`${ROOT}/services cannot be read`);
    expect(await git(repository, 'rev-parse', 'main')).toBe(head);
    rmSync(folder);
    renameSync(moved, folder);
    await person.commit({}, 'chore: moved back');
    await person.push();
    await answered(200);
    expect(await read(olga, '/api/v1/services?limit=100')).toMatchObject({ items: { length: before } });
  });
});
