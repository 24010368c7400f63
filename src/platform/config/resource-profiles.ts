import { z } from 'zod';
import { Quantity } from '../quantity';

/** Names of the tool contract, the largest first. */
export const PROFILE_NAMES = ['startup', 'steady-medium', 'steady-small'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

const amount = z
  .string()
  .refine((text) => Quantity.parse(text)?.exceeds(Quantity.zero), 'must be a Kubernetes quantity of more than nothing');
const amounts = z.strictObject({ cpu: amount, memory: amount });
const profile = z
  .strictObject({ requests: amounts, limits: amounts })
  .refine(
    ({ requests, limits }) => (['cpu', 'memory'] as const).every((kind) => !exceeds(requests[kind], limits[kind])),
    'must not request more than its limits',
  );
const profiles = z.strictObject({
  startup: profile.optional(),
  'steady-medium': profile.optional(),
  'steady-small': profile.optional(),
});

/** Requests and limits of one container, as Kubernetes quantities. */
export type ResourceProfile = z.output<typeof profile>;
export type ResourceProfiles = Readonly<Record<ProfileName, ResourceProfile>>;

/** As on the upstream platform. Limits fit the LimitRange of chart `tenant`. */
export const DEFAULT_PROFILES: ResourceProfiles = {
  startup: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } },
  'steady-medium': { requests: { cpu: '350m', memory: '1Gi' }, limits: { cpu: '1500m', memory: '3Gi' } },
  'steady-small': { requests: { cpu: '250m', memory: '768Mi' }, limits: { cpu: '1', memory: '2560Mi' } },
};

/** A JSON object of profiles by name; a name that is left out keeps its default. */
export const resourceProfiles = z.string().transform((text, context): ResourceProfiles => {
  if (text === '') return DEFAULT_PROFILES;
  const parsed = profiles.safeParse(dataOf(text));
  if (parsed.success) return { ...DEFAULT_PROFILES, ...parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' '));
  const example = JSON.stringify({ startup: DEFAULT_PROFILES.startup });
  context.addIssue(`must be JSON such as ${example}: ${problems.join('; ')}`);
  return DEFAULT_PROFILES;
});

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function exceeds(request: string, limit: string): boolean {
  const [asked, most] = [Quantity.parse(request), Quantity.parse(limit)];
  return asked !== undefined && most !== undefined && asked.exceeds(most);
}
