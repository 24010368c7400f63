import { aWorld } from '../../test/factories/world';
import type { CnameChain, Lookup } from '../platform/dns';
import type { World } from '../platform/gitops';
import { readConfig } from '../platform/config';
import { MctlError } from '../platform/errors';
import { challengeValue } from './challenge.policy';
import { WaitForDns } from './wait-for-dns';

const HOST = 'shop.example.com';
const CHALLENGE = 'a'.repeat(64);
const NOW = new Date('2026-03-01T12:00:00.000Z');
const EXPIRY = new Date(NOW.getTime() + 3_600_000);
const REGISTRATION = `team: billing\nservice: api\nstatus: pending\nchallenge: ${CHALLENGE}\nexpiresAt: "${EXPIRY.toISOString()}"\n`;
const NONE: Lookup = { state: 'no_such_name' };

const world = (text = REGISTRATION): World => aWorld({ files: { [`domains/${HOST}.yaml`]: text } });
const config = readConfig({ MCTL_DOMAIN_FIRST_PAUSE: '10s', MCTL_DOMAIN_LONGEST_PAUSE: '40m' });

interface Try {
  readonly at?: World;
  readonly txt?: Lookup;
  readonly cname?: CnameChain;
  readonly now?: Date;
  readonly attempt?: number;
  readonly state?: unknown;
}

/** One try, with DNS as it is said to be. */
function attempt({ at = world(), txt = NONE, cname = { names: [], end: 'end' }, now = NOW, ...context }: Try = {}) {
  const asked: string[] = [];
  const dns = {
    txt: (name: string) => (asked.push(name), Promise.resolve(txt)),
    cnames: (name: string, target: string) => (asked.push(`${name} ${target}`), Promise.resolve(cname)),
  };
  const task = new WaitForDns(dns as never, { now: () => now }, config);
  const input = { team: 'billing', service: 'api', domain: HOST };
  const run = task.run({ attempt: 1, submittedAt: NOW, state: undefined, ...context, input, world: at } as never);
  return { asked, outcome: run as Promise<any> };
}
const codeOf = (made: Try) =>
  attempt(made).outcome.then(String, (error: unknown) => error instanceof MctlError && error.code);

describe(WaitForDns.name, () => {
  it('asks for both proofs of this host', async () => {
    const { asked, outcome } = attempt();
    await outcome;
    expect(asked).toEqual([`_mctl-challenge.${HOST}`, `${HOST} billing-api.apps.example.org`]);
  });

  it('hands over which proof it found, and when', async () => {
    const txt: Lookup = { state: 'found', records: [challengeValue(CHALLENGE)] };
    expect(await attempt({ txt }).outcome).toEqual({
      done: { challenge: CHALLENGE, method: 'txt', record: expect.stringContaining(CHALLENGE), at: NOW.toISOString() },
    });
  });

  it('waits longer from try to try, and says the same until something changes', async () => {
    const waits = await Promise.all([1, 1, 5, 8].map(async (each) => (await attempt({ attempt: each }).outcome).wait));
    expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([
      expect.any(Number),
      expect.any(Number),
      expect.any(Number),
      expect.any(Number),
    ]);
    const [first, , fifth, eighth] = waits.map(({ milliseconds }) => milliseconds as number);
    expect(first).toBeGreaterThanOrEqual(5_000);
    expect(first).toBeLessThanOrEqual(10_000);
    expect(fifth).toBeGreaterThanOrEqual(80_000);
    expect(eighth).toBeLessThanOrEqual(1_280_000);
    expect(new Set(waits.map(({ message }) => message)).size).toBe(1);
    expect(waits[0].message).toContain('NXDOMAIN');
  });

  it('wakes up when the registration expires', async () => {
    const now = new Date(EXPIRY.getTime() - 1_000);
    expect((await attempt({ now, attempt: 9 }).outcome).wait.milliseconds).toBe(1_000);
    expect(await codeOf({ now: EXPIRY })).toBe('domain_expired');
  });

  it('does not wait for ever for what was proved before and has no expiry', async () => {
    const at = world(REGISTRATION.replace('pending', 'active').replace(/expiresAt.*\n/, ''));
    const day = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
    expect(await codeOf({ at, now: day(6) })).toBe('[object Object]');
    expect(await codeOf({ at, now: day(7) })).toBe('domain_expired');
  });

  it('tells trouble with DNS', async () => {
    const { message } = (await attempt({ txt: { state: 'servfail' } }).outcome).wait;
    expect(message).toMatch(/^DNS could not be asked: .*SERVFAIL/);
  });

  it.each([
    ['was removed', aWorld(), 'domain_removed'],
    ['is somebody else’s now', world(REGISTRATION.replace('billing', 'shop')), 'domain_removed'],
    ['was made anew', world(REGISTRATION.replace(CHALLENGE, 'b'.repeat(64))), 'domain_replaced'],
  ])('gives up where the registration %s', async (_, at, code) => {
    expect(await codeOf({ at, state: { challenge: CHALLENGE } })).toBe(code);
    expect(await codeOf({ at: world(), state: { challenge: CHALLENGE } })).toBe('[object Object]');
  });
});
