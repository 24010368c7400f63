import type { Response } from 'express';
import type { Gitops, Inspection, Outage } from '../gitops';
import type { OwnAddress } from '../http/pages';
import type { SignedRequest } from '../mcp/call';
import type { Store } from '../store';
import { HealthController } from './health.controller';

const SINCE = '2026-03-01T12:00:00.000Z';
const OUTAGE: Outage = { kind: 'unreachable', since: new Date(SINCE), reason: 'It does not answer.', fix: 'Wait.' };

/** What `/readyz` answers, and the status that it sets where it sets one. */
async function readyz(gitops: object): Promise<{ status: number | undefined; body: object }> {
  const rows = { select: () => rows, limit: () => rows, execute: () => Promise.resolve([]) };
  const store = { db: { selectFrom: () => rows } } as unknown as Store;
  const known = { world: () => Promise.resolve({}), secondsSinceSync: 3, ...gitops } as unknown as Gitops;
  const inspection = { summary: () => ({ files: 1 }), problems: [] } as unknown as Inspection;
  let status: number | undefined;
  const response = { status: (code: number) => (status = code) } as unknown as Response;
  const address = { base: () => undefined } as unknown as OwnAddress;
  const body = await new HealthController(store, known, inspection, address).readyz({} as SignedRequest, response);
  return { status, body };
}

describe('readyz', () => {
  it('is well where the last ask of the remote went well', async () => {
    expect(await readyz({})).toEqual({
      status: undefined,
      body: {
        status: 'ready',
        checks: { store: 'ok', gitops: 'ok' },
        gitops_last_sync_seconds: 3,
        repository: { files: 1 },
      },
    });
  });

  it.each([
    ['failing', 'answers from what is known', () => Promise.resolve({})],
    ['degraded', 'knows nothing to rely on', () => Promise.reject(new Error('stale'))],
  ])('is %s, ready, and says since when and why, where the remote is away and it %s', async (gitops, _, world) => {
    const { status, body } = await readyz({ failing: OUTAGE, world });
    expect(status).toBeUndefined();
    expect(body).toMatchObject({
      status: 'ready',
      checks: { store: 'ok', gitops },
      gitops_failing_since: SINCE,
      gitops_failing_reason: 'It does not answer.',
      gitops_failing_fix: 'Wait.',
    });
  });
});
