import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScratchApp } from '../support/scratch-app';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import { IntakeVisitor, type Reply } from '../support/intake-visitor';
import type { Loose } from '../support/loose';
import { Person } from '../support/plain-git';
import { tokenFor } from '../support/tokens';
import { Clock } from '../../src/platform/clock';
import { SecretStore } from '../../src/platform/secrets';
import { AuditVerifier } from '../../src/platform/audit/verify/audit-verifier';

const API = { team: 'billing', service: 'api' };
const UNKNOWN = 'A'.repeat(43);
const PEM = '-----BEGIN KEY-----\nabc def\n-----END KEY-----\n';

let scratch: ScratchApp;
let dave: string;

beforeAll(async () => {
  scratch = await ScratchApp.start({ MCTL_WRITES_PER_MINUTE: '10000' });
  await furnish(scratch);
  dave = await tokenFor(scratch.dataDir, PEOPLE.developer);
});

afterAll(() => scratch?.stop());
afterEach(() => jest.restoreAllMocks());

const setSecrets = async (names: string[], more: object = {}): Promise<Loose> =>
  done(await signedIn(scratch, PEOPLE.developer), 'deploy-service', {
    ...API,
    action: 'update-config',
    secret_names: names,
    ...more,
  });
const linkFor = async (...names: string[]): Promise<string> => (await setSecrets(names)).intake.url as string;
const unknownLink = () => `${scratch.url}/intake/${UNKNOWN}`;
const valueOf = async (name: string) => (await secrets().read(API.team, API.service, name))?.reveal();
const secrets = () => scratch.app.get(SecretStore);
const audit = async (event: string) => {
  const { body } = await (await signedIn(scratch, 'admin')).get(`/api/v1/audit?status=${event}&limit=5`);
  return body.items as Loose[];
};
/** The page that says that there is no such link, without what differs between any two answers. */
const gone = async () => (await new IntakeVisitor(unknownLink()).open()).text;
const expectGone = async (reply: Reply) => expect([reply.status, reply.text]).toEqual([404, await gone()]);

describe('a secret without a value', () => {
  it('S62 is entered on the page that the answer links to, and from then on has a version', async () => {
    const key = { idempotency_key: 'first-link-of-all' };
    const { intake, secrets: before, warnings } = await setSecrets(['ONE', 'PEM_KEY'], key);
    expect(before).toEqual([
      { name: 'ONE', version: null },
      { name: 'PEM_KEY', version: null },
    ]);
    expect(intake).toMatchObject({
      url: expect.stringMatching(new RegExp(`^${scratch.url}/intake/[A-Za-z0-9_-]{43}$`)),
      names: ['ONE', 'PEM_KEY'],
      next_step: expect.stringContaining('nobody else'),
    });
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'secret_values_pending' }));

    const visitor = new IntakeVisitor(intake.url);
    const form = await visitor.enter(dave);
    for (const shown of ['ONE', 'PEM_KEY', 'billing', 'api', 'dave', 'No assistant sees']) {
      expect(form.text).toContain(shown);
    }
    expect((await visitor.store(['s3cret', PEM.replaceAll('\n', '\r\n')])).status).toBe(303);
    const page = await visitor.open();
    expect(page.text).toMatch(/ONE<\/code><\/td><td>version 1[\s\S]*link is used up[\s\S]*return to your assistant/);
    expect([await valueOf('ONE'), await valueOf('PEM_KEY')]).toEqual(['s3cret', PEM]);

    const again = await setSecrets(['ONE', 'PEM_KEY'], key);
    expect(again).toMatchObject({ secrets: [{ name: 'ONE', version: 1 }, { version: 1 }] });
    expect(again).not.toHaveProperty('intake');
    const { body } = await (await signedIn(scratch, PEOPLE.viewer)).get('/api/v1/services/billing/api');
    expect(body.secrets).toContainEqual({ name: 'ONE', version: 1, updated_at: expect.any(String) });
  });

  it('S62 is on record with its name and version, and the trail still verifies', async () => {
    const ofApi = (await audit('secret_stored')).filter(({ target }) => target === 'billing/api');
    expect(ofApi).toEqual([
      expect.objectContaining({
        operation: 'secret-intake',
        actor: 'dave',
        target: 'billing/api',
        reason: 'ONE version 1, PEM_KEY version 1',
        through: 'page',
      }),
    ]);
    expect(await scratch.app.get(AuditVerifier).verify(undefined)).toMatchObject({ ok: true });
  });

  it('that has a value gets a new one where it is named again, without touching the others', async () => {
    const key = { idempotency_key: 'rotate-one-alone' };
    const { intake, secrets: shown } = await setSecrets(['ONE'], key);
    expect(shown).toEqual([{ name: 'ONE', version: 1 }]);
    expect(intake).toMatchObject({
      names: ['ONE'],
      next_step: expect.stringMatching(/^ONE has version 1; enter a new value here only if it is to be replaced\./),
    });
    const visitor = new IntakeVisitor(intake.url);
    const form = await visitor.enter(dave);
    expect(form.text).toContain('Has version 1; enter a new value here only if it is to be replaced.');
    expect(await visitor.store([''])).toMatchObject({ status: 422, text: expect.stringContaining('stay as they are') });
    expect((await visitor.store(['second'])).status).toBe(303);
    expect([await valueOf('ONE'), await valueOf('PEM_KEY')]).toEqual(['second', PEM]);

    const again = await setSecrets(['ONE'], key);
    expect(again).toMatchObject({ secrets: [{ name: 'ONE', version: 2 }] });
    expect(again).not.toHaveProperty('intake');
  });

  it('may be entered beside one that has a value, which stays where its field is left empty', async () => {
    const { intake } = await setSecrets(['BESIDE', 'ONE']);
    const visitor = new IntakeVisitor(intake.url);
    await visitor.enter(dave);
    expect((await visitor.store(['', 'new'])).status).toBe(422);
    expect((await visitor.store(['beside', ''])).status).toBe(303);
    expect([await valueOf('BESIDE'), await valueOf('ONE')]).toEqual(['beside', 'second']);
  });

  it('gets another value where it is cleared and named again', async () => {
    const { intake } = await setSecrets(['ONE'], { clear_secrets: true });
    const visitor = new IntakeVisitor(intake.url);
    await visitor.enter(dave);
    await visitor.store(['rotated']);
    expect(await valueOf('ONE')).toBe('rotated');
    expect((await secrets().versions('billing', 'api')).find(({ name }) => name === 'ONE')?.version).toBe(3);
  });
});

describe('every answer', () => {
  it('S61 is kept by nobody, framed by nobody, and loads nothing', async () => {
    const visitor = new IntakeVisitor(await linkFor('HEADERS'));
    const replies = [
      await visitor.open(),
      await visitor.signIn('nonsense'),
      await visitor.signIn(dave),
      await visitor.open(),
      await visitor.store(['']),
      await visitor.store(['x']),
      await visitor.open(),
      await new IntakeVisitor(unknownLink()).open(),
      await new IntakeVisitor(visitor.link, { 'x-forwarded-for': '10.0.0.1' }).open(),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 403, 303, 200, 422, 303, 200, 404, 403]);
    for (const { headers } of replies) {
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src ('none'|'sha256-[A-Za-z0-9+/=]+'); form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
        ),
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'content-type': 'text/html; charset=utf-8',
      });
    }
    for (const cookie of replies.flatMap(({ headers }) => headers['set-cookie'] ?? [])) {
      expect(cookie).toMatch(
        /^mctl-intake-[a-z0-9]{8}=[A-Za-z0-9_-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
      );
    }
  });

  it('says nothing of team, service and names before sign-in', async () => {
    const { text } = await new IntakeVisitor(await linkFor('HIDDEN_NAME')).open();
    expect(text).not.toMatch(/HIDDEN_NAME|billing|dave/);
  });
});

describe('a link', () => {
  it('S61 is good for one use, however many try at once', async () => {
    const visitor = new IntakeVisitor(await linkFor('RACE'));
    await visitor.enter(dave);
    const replies = await Promise.all(Array.from({ length: 12 }, (_, index) => visitor.store([`value-${index}`])));
    expect(replies.map(({ status }) => status).sort()).toEqual([303, ...Array<number>(11).fill(404)]);
    expect((await secrets().versions('billing', 'api')).find(({ name }) => name === 'RACE')?.version).toBe(1);
    expect((await audit('secret_stored')).filter(({ reason }) => String(reason).startsWith('RACE '))).toHaveLength(1);
  });

  it('is gone for every other browser once it has been used', async () => {
    const visitor = new IntakeVisitor(await linkFor('USED'));
    const before = new IntakeVisitor(visitor.link);
    await before.open();
    await visitor.enter(dave);
    await visitor.store(['x']);
    await expectGone(await new IntakeVisitor(visitor.link).open());
    await expectGone(await before.signIn(dave));
    await expectGone(await visitor.store(['y']));
    expect(await valueOf('USED')).toBe('x');
  });

  it('S61 ends after ten minutes, in the middle of the form too', async () => {
    const visitor = new IntakeVisitor(await linkFor('LATE'));
    await visitor.enter(dave);
    const minutes = (count: number) =>
      jest.spyOn(scratch.app.get(Clock), 'now').mockImplementation(() => new Date(Date.now() + count * 60_000));
    minutes(9);
    expect((await visitor.open()).status).toBe(200);
    minutes(10);
    await expectGone(await visitor.store(['x']));
    await expectGone(await visitor.open());
    expect(await valueOf('LATE')).toBeUndefined();
  });

  it('is closed by the next one for the same names, and by no other', async () => {
    const [first, other] = [await linkFor('REPLACED'), await linkFor('REPLACED', 'MORE')];
    const second = await linkFor('REPLACED');
    await expectGone(await new IntakeVisitor(first).open());
    for (const link of [second, other]) expect((await new IntakeVisitor(link).open()).status).toBe(200);
  });

  it('stays with the browser that signed in last', async () => {
    const first = new IntakeVisitor(await linkFor('TAKEN_OVER'));
    await first.enter(dave);
    const second = new IntakeVisitor(first.link);
    await second.enter(dave);
    expect((await first.store(['x'])).text).toContain('Sign in to enter a secret');
    expect(await valueOf('TAKEN_OVER')).toBeUndefined();
    expect((await second.store(['y'])).status).toBe(303);
  });

  it('S21 S61 is the link of nothing for somebody else, and the attempt is on record', async () => {
    const link = await linkFor('MINE');
    for (const login of [PEOPLE.owner, PEOPLE.stranger, 'admin']) {
      const visitor = new IntakeVisitor(link);
      await visitor.open();
      await expectGone(await visitor.signIn(await tokenFor(scratch.dataDir, login)));
      expect((await visitor.open()).text).not.toContain('MINE');
    }
    expect((await audit('refused'))[0]).toMatchObject({
      actor: 'admin',
      code: 'intake_of_another',
      target: 'billing/api',
    });
  });

  it('is closed after five sign-ins that failed', async () => {
    const visitor = new IntakeVisitor(await linkFor('GUESSED'));
    await visitor.open();
    for (let attempt = 1; attempt <= 5; attempt++) expect((await visitor.signIn(`guess-${attempt}`)).status).toBe(403);
    await expectGone(await visitor.signIn(dave));
  });

  it.each(['x', '../api', `${UNKNOWN}A`, '\0', 'é', '<b>'])('that is none says so: %j', async (token) => {
    await expectGone(await new IntakeVisitor(`${scratch.url}/intake/${encodeURIComponent(token)}`).open());
  });
});

describe('a form', () => {
  let visitor: IntakeVisitor;
  beforeAll(async () => {
    visitor = new IntakeVisitor(await linkFor('FORM'));
    await visitor.enter(dave);
  });
  afterEach(async () => expect(await valueOf('FORM')).toBeUndefined());

  it.each([
    ['another site', { origin: 'https://evil.example.org', 'sec-fetch-site': 'cross-site' }],
    ['another site of the same browser', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['a browser that does not say', { origin: undefined, 'sec-fetch-site': undefined }],
    ['the address bar', { origin: undefined, 'sec-fetch-site': 'none' }],
  ])('S61 is refused from %s', async (_, headers) => {
    expect((await visitor.store(['x'], headers)).status).toBe(403);
    const fresh = new IntakeVisitor(visitor.link);
    await fresh.open();
    expect((await fresh.signIn(dave, headers)).status).toBe(403);
    await visitor.open();
  });

  it.each([
    ['none', { form: '' }],
    ['a wrong one', { form: 'A'.repeat(43) }],
  ])('S61 is refused with %s as its token', async (_, fields) => {
    const { status, text } = await visitor.submit({ 'secret-0': 'x', ...fields });
    expect([status, text]).toEqual([403, expect.stringContaining('out of date')]);
    await visitor.open();
  });

  it('S61 is refused with the token of another step, page or browser', async () => {
    const other = new IntakeVisitor(await linkFor('OTHER_FORM'));
    await other.enter(dave);
    const stranger = new IntakeVisitor(visitor.link);
    await stranger.open();
    for (const { form = '' } of [other.hidden(), stranger.hidden()]) {
      expect((await visitor.submit({ 'secret-0': 'x', step: 'store', form })).status).toBe(403);
      await visitor.open();
    }
    const signInForm = stranger.hidden().form ?? '';
    expect((await stranger.submit({ 'secret-0': 'x', step: 'store', form: signInForm })).status).toBe(403);
  });

  it('S61 is refused without its cookie', async () => {
    const forgetful = new IntakeVisitor(visitor.link);
    forgetful.page = (await visitor.open()).text;
    expect((await forgetful.store(['x'])).status).toBe(403);
  });

  it.each([
    ['no value', '', 'Enter a value'],
    ['a value that is too long', 'v'.repeat(64 * 1024 + 1), 'longer than 64 KiB'],
    ['a value that is no text', 'a\0canary-b', 'not text'],
  ])('S61 with %s is shown again, empty, with what is wrong', async (_, value, words) => {
    const { status, text } = await visitor.store([value]);
    expect([status, text]).toEqual([422, expect.stringContaining(words)]);
    expect(text).toMatch(/<textarea [^>]*aria-invalid="true"><\/textarea>/);
    expect(text).not.toMatch(/canary|vvvv/);
  });

  it('that is larger than any request may be is refused with a page', async () => {
    const { status, text } = await visitor.store(['v'.repeat(1100 * 1024)]);
    expect([status, text]).toEqual([413, expect.stringContaining('too large')]);
    await visitor.open();
  });

  it('of JSON is no form', async () => {
    const { status } = await visitor.submit({ 'secret-0': 'x' }, { 'content-type': 'application/json' });
    expect(status).toBe(400);
    await visitor.open();
  });
});

describe('what goes', () => {
  it('takes values and open links of its secrets along', async () => {
    const gateway = { team: 'billing', service: 'gateway' };
    const developer = await signedIn(scratch, PEOPLE.developer);
    const onboard = { ...gateway, action: 'onboard', image: 'ghcr.io/acme/gw', image_tag: '1', secret_names: ['GONE'] };
    const visitor = new IntakeVisitor((await done(developer, 'deploy-service', onboard)).intake.url as string);
    await visitor.enter(dave);
    await visitor.store(['x']);
    const named = { ...gateway, action: 'update-config', secret_names: ['GONE', 'OPEN'] };
    const open = new IntakeVisitor((await done(developer, 'deploy-service', named)).intake.url as string);
    expect((await open.enter(dave)).status).toBe(200);

    const owner = await signedIn(scratch, PEOPLE.owner);
    const { body } = await owner.execute('retire-service', gateway);
    expect(body.plan.destroys).toContainEqual({ kind: 'secret_value', name: 'GONE' });
    await done(owner, 'retire-service', { ...gateway, confirm_token: body.plan.confirm_token });
    expect(await secrets().versions('billing', 'gateway')).toEqual([]);
    await expectGone(await open.store(['x']));
  });

  it('does so with a whole team, so that whoever takes its name next gets none', async () => {
    const admin = await signedIn(scratch, 'admin');
    const web = { team: 'goner', service: 'web' };
    await done(admin, 'create-tenant', { team: 'goner' });
    const onboard = { ...web, action: 'onboard', image: 'ghcr.io/acme/web', image_tag: '1', secret_names: ['GONE'] };
    const visitor = new IntakeVisitor((await done(admin, 'deploy-service', onboard)).intake.url as string);
    await visitor.enter(await tokenFor(scratch.dataDir, 'admin'));
    await visitor.store(['x']);
    const { body } = await admin.execute('delete-tenant', { team: 'goner' });
    expect(body.plan.destroys).toContainEqual({ kind: 'secret_value', name: 'web/GONE' });
    await done(admin, 'delete-tenant', { team: 'goner', confirm_token: body.plan.confirm_token });
    expect(await secrets().ofTeam('goner')).toEqual([]);
    expect(await secrets().ofTeam('billing')).not.toEqual([]);
    await expectGone(await visitor.open());
  });
});

describe('whoever loses the role in the meantime', () => {
  const TENANT = 'platform-gitops/tenants/billing/values.yaml';

  it('S16 S61 enters nothing any more, with the form before them', async () => {
    const [open, before] = [new IntakeVisitor(await linkFor('ROLE')), new IntakeVisitor(await linkFor('ROLE', 'TWO'))];
    await open.enter(dave);
    await before.open();
    const folder = mkdtempSync(join(tmpdir(), 'mctl-person-'));
    const person = await Person.clone(join(scratch.dataDir, 'gitops.git'), folder);
    const text = readFileSync(join(folder, TENANT), 'utf8');
    await person.publish(
      { [TENANT]: text.replace(/(userId: dave\n\s+role: )developer/, '$1viewer') },
      'chore: dave reads',
    );
    rmSync(folder, { recursive: true, force: true });
    await expectGone(await open.store(['x']));
    await expectGone(await before.signIn(dave));
    expect(await valueOf('ROLE')).toBeUndefined();
    expect((await audit('refused'))[0]).toMatchObject({ actor: 'dave', code: 'role_too_low' });
  });
});
