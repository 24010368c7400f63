import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StatementProxy } from '../../../test/support/statement-proxy';
import { ADMIN_PASSWORD, type Login, TestPostgres } from '../../../test/support/test-postgres';
import { readConfig } from '../config';
import { MctlError } from '../errors';
import { DatabaseServer } from './database-server';
import type { Credential, Keeper, WantedDatabase } from './new-database';

const WANTED = {
  ...{ owner: 'billing/api', extensions: [], connections: 7, isInUse: false, operation: '01first' },
  mayFinish: (operation: string) => Promise.resolve(operation === '01failed'),
};

/** Keeps credentials as a store does: the newest of each owner, with a version. */
class TestKeeper implements Keeper {
  readonly kept: Credential[] = [];
  /** What happens once a credential is kept; a test lets the process die here. */
  onKept: () => void | Promise<void> = () => undefined;

  version(): Promise<number | undefined> {
    return Promise.resolve(this.kept.length === 0 ? undefined : this.kept.length);
  }

  async keep(credential: Credential): Promise<number> {
    this.kept.push(credential);
    await this.onKept();
    return this.kept.length;
  }

  get login(): Login {
    const { username: user = '', password = '', database = '' } = this.kept.at(-1) ?? {};
    return { user, password, database };
  }
}

let postgres: TestPostgres;
let keeper: TestKeeper;
let count = 0;
let wanted: WantedDatabase;

const serverOf = (url: string) => new DatabaseServer(readConfig({ MCTL_DATABASE_ADMIN_URL: url }));
const provision = (more: Partial<WantedDatabase> = {}, url = postgres.url()) =>
  serverOf(url).provision({ ...wanted, ...more }, keeper);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => ({ kind: 'nothing' }),
    (error: unknown) => {
      if (!(error instanceof MctlError)) throw error;
      return { kind: error.name, code: error.code, message: error.message };
    },
  );
const sqlState = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error as { code?: string }).code,
  );

beforeAll(async () => {
  postgres = await TestPostgres.start();
});
afterAll(() => postgres?.dispose());
beforeEach(() => {
  keeper = new TestKeeper();
  wanted = { ...WANTED, name: `billing_api-${++count}` };
});

describe('a new database', () => {
  it('is its role’s, who can make tables in it', async () => {
    expect(await provision()).toMatchObject({ created: true, rotated: true, version: 1 });
    expect(keeper.kept).toEqual([
      {
        host: '127.0.0.1',
        port: String(postgres.port),
        database: wanted.name,
        username: wanted.name,
        password: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
      },
    ]);
    await postgres.query('CREATE TABLE invoices (id int)', keeper.login);
    await postgres.query('CREATE SCHEMA more', keeper.login);
    expect(await postgres.query('SELECT current_user::text AS me', keeper.login)).toEqual([{ me: wanted.name }]);
  });

  it('names the host that services use where one is given', async () => {
    await provision({ host: 'postgres.internal' });
    expect(keeper.kept[0]?.host).toBe('postgres.internal');
  });

  it('lets in no other role, and nobody without the password', async () => {
    await provision();
    const mine = keeper.login;
    const other = { ...wanted, name: `${wanted.name}-other`, owner: 'search/api' };
    keeper = new TestKeeper();
    await provision(other);
    const theirs = keeper.login;
    expect(await sqlState(postgres.query('SELECT 1', { ...theirs, database: mine.database }))).toBe('42501');
    expect(await sqlState(postgres.query('SELECT 1', { ...mine, password: theirs.password }))).toBe('28P01');
    expect(await sqlState(postgres.query('SELECT 1', mine))).toBe('accepted');
  });

  it('gives its role nothing beyond it', async () => {
    await provision();
    const tries = [
      'CREATE ROLE mine',
      'CREATE DATABASE mine',
      'ALTER ROLE CURRENT_USER SUPERUSER',
      `COPY (SELECT 1) TO PROGRAM 'true'`,
      'SELECT * FROM pg_authid',
      'DROP ROLE postgres',
      'SET ROLE postgres',
    ];
    for (const statement of tries) {
      expect([statement, await sqlState(postgres.query(statement, keeper.login))]).toEqual([statement, '42501']);
    }
    const [role] = await postgres.query(
      'SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit FROM pg_roles WHERE rolname = $1',
      {},
      [wanted.name],
    );
    expect(role).toEqual({
      ...{ rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolreplication: false, rolbypassrls: false },
      rolconnlimit: 7,
    });
  });

  it('never sends a password to the server, only what proves it', async () => {
    await provision();
    const said = postgres.log.join('\n');
    expect(said).toContain(`ALTER ROLE "${wanted.name}" PASSWORD 'SCRAM-SHA-256$`);
    expect(said).not.toContain(keeper.login.password);
    expect(said).not.toContain(ADMIN_PASSWORD);
  });

  it('takes any text as a name for a name', async () => {
    wanted = { ...wanted, name: `a"; DROP ROLE "x'); --${count}` };
    await provision();
    const [row] = await postgres.query('SELECT oid FROM pg_database WHERE datname = $1', {}, [wanted.name]);
    expect(row).toBeDefined();
  });
});

describe('again', () => {
  it('changes nothing where everything is there', async () => {
    await provision();
    const before = keeper.login;
    expect(await provision()).toMatchObject({ created: false, rotated: false, version: 1 });
    expect(await provision({ isInUse: true })).toMatchObject({ created: false, rotated: false, version: 1 });
    expect(keeper.kept).toHaveLength(1);
    expect(await sqlState(postgres.query('SELECT 1', before))).toBe('accepted');
  });

  it('gives a new password where the store has lost the old one', async () => {
    await provision();
    const lost = keeper.login;
    keeper = new TestKeeper();
    expect(await provision({ isInUse: true })).toMatchObject({ created: false, rotated: true, version: 1 });
    expect(await sqlState(postgres.query('SELECT 1', lost))).toBe('28P01');
    expect(await sqlState(postgres.query('SELECT 1', keeper.login))).toBe('accepted');
  });

  it('leaves alone what people changed: privileges, limits, tables', async () => {
    await provision();
    await postgres.query('CREATE TABLE kept (id int)', keeper.login);
    await postgres.query(`GRANT CONNECT ON DATABASE "${wanted.name}" TO PUBLIC`);
    await postgres.query(`ALTER ROLE "${wanted.name}" CONNECTION LIMIT 99`);
    await provision({ isInUse: true });
    const [row] = await postgres.query(
      `SELECT rolconnlimit, has_database_privilege('public', rolname, 'CONNECT') AS open FROM pg_roles WHERE rolname = $1`,
      {},
      [wanted.name],
    );
    expect(row).toEqual({ rolconnlimit: 99, open: true });
    expect(await postgres.query('SELECT * FROM kept', keeper.login)).toEqual([]);
  });

  it.each([
    ['the role', 'CREATE DATABASE', true],
    ['the database', 'REVOKE ALL', false],
    ['the store', 'ALTER ROLE', false],
    ['nothing', 'COMMIT', true],
  ])('goes on where the connection broke off after %s', async (_, before, isNew) => {
    const proxy = await StatementProxy.start(postgres.port, before);
    expect(await refusal(provision({}, proxy.through(postgres.url())))).toMatchObject({ kind: 'Unavailable' });
    await proxy.stop();
    expect(await provision()).toMatchObject({ created: isNew, rotated: true });
    expect(await sqlState(postgres.query('SELECT 1', keeper.login))).toBe('accepted');
    const [row] = await postgres.query(`SELECT has_database_privilege('public', $1, 'CONNECT') AS open`, {}, [
      wanted.name,
    ]);
    expect(row).toEqual({ open: false });
  });

  it('agrees with the store in the end where a try broke off between store and role', async () => {
    keeper.onKept = () => {
      throw new Error('the process dies');
    };
    await expect(provision()).rejects.toThrow('the process dies');
    expect(await sqlState(postgres.query('SELECT 1', keeper.login))).toBe('28P01');
    keeper.onKept = () => undefined;
    expect(await provision()).toMatchObject({ created: false, rotated: true, version: 2 });
    expect(await sqlState(postgres.query('SELECT 1', keeper.login))).toBe('accepted');
  });

  it('is one at a time: whoever comes second tries again', async () => {
    const second = new Promise((resolve) => {
      keeper.onKept = async () => {
        keeper.onKept = () => undefined;
        resolve(await refusal(serverOf(postgres.url()).provision(wanted, new TestKeeper())));
      };
    });
    await provision();
    expect(await second).toMatchObject({ kind: 'Unavailable', code: 'database_busy' });
    expect(await sqlState(postgres.query('SELECT 1', keeper.login))).toBe('accepted');
  });
});

describe('extensions', () => {
  const installed = async () =>
    (await postgres.query<{ extname: string }>('SELECT extname FROM pg_extension', { database: wanted.name })).map(
      ({ extname }) => extname,
    );

  it('are made, and more of them later', async () => {
    await provision({ extensions: ['citext'] });
    await provision({ extensions: ['citext', 'pg_trgm'], isInUse: true });
    expect(await installed()).toEqual(expect.arrayContaining(['citext', 'pg_trgm']));
    expect(await postgres.query(`SELECT 'A'::citext = 'a' AS same`, keeper.login)).toEqual([{ same: true }]);
  });

  it('that the server does not have are refused before anything is made', async () => {
    expect(await refusal(provision({ extensions: ['no_such'] }))).toMatchObject({
      kind: 'Conflict',
      code: 'extension_unavailable',
    });
    expect(await postgres.query('SELECT 1 FROM pg_roles WHERE rolname = $1', {}, [wanted.name])).toEqual([]);
  });
});

describe('what is somebody else’s', () => {
  const refused = (code: string) => expect.objectContaining({ kind: 'Conflict', code });

  it('is never taken over: a role', async () => {
    await postgres.query(`CREATE ROLE "${wanted.name}" SUPERUSER`);
    expect(await refusal(provision())).toEqual(refused('database_taken'));
  });

  it('is never taken over: a role that MCTL made for another service', async () => {
    await postgres.query(`CREATE ROLE "${wanted.name}"`);
    await postgres.query(`COMMENT ON ROLE "${wanted.name}" IS 'mctl:search/api@1'`);
    expect(await refusal(provision())).toEqual(refused('database_taken'));
  });

  it('is never taken over: a database', async () => {
    await postgres.query(`CREATE DATABASE "${wanted.name}"`);
    expect(await refusal(provision())).toEqual(refused('database_taken'));
  });

  it('is never taken over: another service’s', async () => {
    await provision();
    expect(await refusal(provision({ owner: 'billing/web' }))).toEqual(refused('database_taken'));
  });

  it.each([
    ['a table', 'CREATE TABLE secrets (id int)'],
    ['a function', `CREATE FUNCTION trap() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
    ['a large object', 'SELECT lo_create(0)'],
    ['a schema', 'CREATE SCHEMA trap'],
    ['a setting', `ALTER ROLE CURRENT_USER SET search_path = trap`],
    ['nothing', 'SELECT 1'],
  ])('is never taken over: what a team of the same name left behind, with %s in it', async (_, statement) => {
    await provision();
    await postgres.query(statement, keeper.login);
    const before = keeper.login;
    keeper = new TestKeeper();
    expect(await refusal(provision({ operation: '01later' }))).toEqual(refused('database_left_over'));
    expect(keeper.kept).toEqual([]);
    expect(await sqlState(postgres.query('SELECT 1', before))).toBe('accepted');
  });

  it('is never taken over: a role without its database, or a mark of before', async () => {
    await postgres.query(`CREATE ROLE "${wanted.name}"`);
    for (const mark of ['mctl:billing/api@1', 'mctl:billing/api@1#01other']) {
      await postgres.query(`COMMENT ON ROLE "${wanted.name}" IS '${mark}'`);
      expect(await refusal(provision())).toEqual(refused('database_left_over'));
    }
  });

  it('is finished where it is of a try of the same team that failed, and is then this operation’s', async () => {
    await provision({ operation: '01failed' });
    expect(await provision()).toMatchObject({ created: false, rotated: false });
    const others = { mayFinish: () => Promise.resolve(false) };
    expect(await provision(others)).toMatchObject({ created: false, rotated: false });
    expect(await refusal(provision({ ...others, operation: '01failed' }))).toEqual(refused('database_left_over'));
  });
});

describe('other databases of the server', () => {
  it('that every role may connect to are counted, closed ones and those of PostgreSQL are not', async () => {
    const { othersOpen: before } = await provision();
    await postgres.query(`CREATE DATABASE "open-${count}"`);
    await postgres.query(`CREATE DATABASE "closed-${count}"`);
    await postgres.query(`REVOKE CONNECT ON DATABASE "closed-${count}" FROM PUBLIC`);
    expect((await provision()).othersOpen).toBe(before + 1);
  });
});

describe('an administrator who is no superuser', () => {
  const login = { user: 'provisioner', password: 'canary-provisioner', database: 'postgres' };

  beforeAll(() => postgres.query(`CREATE ROLE provisioner LOGIN CREATEROLE CREATEDB PASSWORD '${login.password}'`));

  it('suffices, and is in no role afterwards', async () => {
    expect(await provision({ extensions: ['citext'] }, postgres.url(login))).toMatchObject({ created: true });
    await postgres.query('CREATE TABLE t (name citext)', keeper.login);
    expect(await provision({ extensions: ['citext'], isInUse: true }, postgres.url(login))).toMatchObject({
      rotated: false,
    });
    const members = await postgres.query(
      `SELECT 1 FROM pg_auth_members WHERE member = 'provisioner'::regrole AND roleid = $1::regrole`,
      {},
      [`"${wanted.name}"`],
    );
    expect(members).toEqual([]);
  });

  it('without the right to make roles is told so', async () => {
    await postgres.query(`CREATE ROLE powerless${count} LOGIN PASSWORD 'x'`);
    const url = postgres.url({ user: `powerless${count}`, password: 'x' });
    expect(await refusal(provision({}, url))).toMatchObject({ kind: 'Conflict', code: 'database_server_forbids' });
  });
});

describe('the server', () => {
  it('that refuses the login ends it, and nothing of the login is told', async () => {
    const told = await refusal(provision({}, postgres.url({ password: 'canary-wrong' })));
    expect(told).toMatchObject({
      kind: 'Conflict',
      code: 'database_server_refused',
      message: expect.stringContaining('28P01'),
    });
    expect(JSON.stringify(told)).not.toMatch(/canary|127\.0\.0\.1/);
  });

  it('without the database of the URL ends it', async () => {
    expect(await refusal(provision({}, postgres.url({ database: 'nowhere' })))).toMatchObject({
      code: 'database_server_refused',
    });
  });

  it('that is gone is waited for', async () => {
    await postgres.down();
    expect(await refusal(provision())).toMatchObject({ kind: 'Unavailable', code: 'database_server_unreachable' });
    await postgres.up();
    expect(await provision()).toMatchObject({ created: true });
  });

  it('without TLS ends what asks for it', async () => {
    expect(await refusal(provision({}, postgres.url({}, 'sslmode=require')))).toMatchObject({
      kind: 'Conflict',
      code: 'database_server_tls',
    });
  });
});

describe('TLS', () => {
  let encrypted: TestPostgres;
  const used = async (query: string) => refusal(provision({}, encrypted.url({}, query)));

  beforeAll(async () => {
    encrypted = await TestPostgres.start({ tls: true });
    await encrypted.query(`ALTER SYSTEM SET log_connections = 'on'`);
    await encrypted.query('SELECT pg_reload_conf()');
  });
  afterAll(() => encrypted?.dispose());

  it('is used as sslmode says', async () => {
    expect(await used('sslmode=require')).toEqual({ kind: 'nothing' });
    expect(encrypted.log.filter((line) => line.includes('connection authorized')).at(-1)).toContain('SSL enabled');
    expect(await used('sslmode=verify-full')).toMatchObject({ kind: 'Conflict', code: 'database_server_tls' });
    expect(await used(`sslmode=verify-full&sslrootcert=${encodeURIComponent(encrypted.authorityFile)}`)).toEqual({
      kind: 'nothing',
    });
    expect(await used('sslmode=verify-full&sslrootcert=/nowhere.pem')).toMatchObject({ code: 'database_server_tls' });
  });
});

describe('the URL in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-url-'));
  const file = join(folder, 'url');
  afterAll(() => rmSync(folder, { recursive: true }));
  const server = new DatabaseServer(readConfig({ MCTL_DATABASE_ADMIN_URL_FILE: file }));

  it('is read at every use', async () => {
    expect(await refusal(server.provision(wanted, keeper))).toMatchObject({
      kind: 'Unavailable',
      code: 'database_admin_unreadable',
    });
    writeFileSync(file, 'postgres://canary@');
    const told = await refusal(server.provision(wanted, keeper));
    expect(told).toMatchObject({ kind: 'Conflict', code: 'database_admin_unreadable' });
    expect(JSON.stringify(told)).not.toContain('canary');
    writeFileSync(file, `${postgres.url()}\n`);
    expect(await server.provision(wanted, keeper)).toMatchObject({ created: true });
  });
});
