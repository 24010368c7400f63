import { RestTestClient } from './clients';
import { enterSecrets } from './intake-form';
import { tokenFor } from './tokens';
import { DOMAIN, type Furniture } from './tool-examples';
import type { Loose } from './loose';

/** One person per role in team `billing`; the stranger owns a team of their own. */
export const PEOPLE = { admin: 'admin', owner: 'olga', developer: 'dave', viewer: 'vera', stranger: 'sam' } as const;
export type Role = keyof typeof PEOPLE;
export const ROLES = Object.keys(PEOPLE) as Role[];

/** Where a program or an in-process app is. */
export interface Place {
  readonly url: string;
  readonly dataDir: string;
}

/**
 * Team `billing` with a service that has been deployed twice, has a preview, an incident and a pending domain; an OpenClaw about to be
 * deployed; and a team of the stranger.
 * @param open false leaves out what does not end by itself: the domain.
 */
export async function furnish(place: Place, { open = true }: { open?: boolean } = {}): Promise<Furniture> {
  const admin = await signedIn(place, 'admin');
  const members = (['owner', 'developer', 'viewer'] as const).map((role) => ({ user: PEOPLE[role], role }));
  await done(admin, 'create-tenant', {
    team: 'billing',
    quota_cpu_limits: '40',
    quota_cpu_requests: '20',
    quota_memory_limits: '40Gi',
    quota_memory_requests: '20Gi',
    quota_pods: 100,
    allow_internet_egress: true,
    members,
  });
  await done(await signedIn(place, PEOPLE.stranger), 'create-tenant', { team: 'elsewhere' });
  const api = { team: 'billing', service: 'api' };
  await done(admin, 'deploy-service', { ...api, action: 'onboard', image: 'ghcr.io/acme/api', image_tag: '1.0.0' });
  const { workflow } = await done(admin, 'deploy-service', { ...api, action: 'deploy', image_tag: '1.1.0' });
  const { preview_id: preview } = await done(admin, 'create-preview', { ...api, image_tag: '1.2.0' });
  if (open) await registered(admin, { ...api, domain: DOMAIN });
  const { intake } = await done(admin, 'start-openclaw', { team: 'billing', telegram_owner_ids: ['1'] });
  await enterSecrets(intake.url, await tokenFor(place.dataDir, 'admin'), [`1:${'no-token-'.repeat(4)}`]);
  return { ...api, workflow: workflow.name, preview, incident: await reported(admin, api) };
}

/** An incident of the service, reported by hand. @throws Error where it is not taken. */
async function reported(client: RestTestClient, about: object): Promise<string> {
  const report = { ...about, type: 'pod_crashloop', summary: 'api restarts again and again' };
  const { status, body } = await client.request('POST', '/api/v1/incidents', JSON.stringify(report));
  if (status !== 201) throw new Error(`no incident: ${JSON.stringify(body)}`);
  return body.id as string;
}

/** Adds a custom domain as far as its first commit. @throws Error where that does not succeed. */
export async function registered(client: RestTestClient, input: object): Promise<Loose> {
  const { status, body } = await client.execute('add-custom-domain', { ...input, wait_seconds: 25 });
  if (status > 202 || !body.commit || !body.challenge) throw new Error(`add-custom-domain: ${JSON.stringify(body)}`);
  return body;
}

export async function signedIn({ url, dataDir }: Place, login: string): Promise<RestTestClient> {
  return new RestTestClient(url, await tokenFor(dataDir, login));
}

/** Executes an operation to its end. @throws Error where it does not succeed. */
export async function done(client: RestTestClient, operation: string, input: object): Promise<Loose> {
  const { status, body } = await client.execute(operation, { ...input, wait_seconds: 25 });
  if (status !== 200 || body.operation.status !== 'succeeded') throw new Error(`${operation}: ${JSON.stringify(body)}`);
  return body;
}
