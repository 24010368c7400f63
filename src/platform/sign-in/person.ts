import { z } from 'zod';
import type { Config, SignInWay } from '../config';

const person = z.object({
  login: z.string(),
  email: z.string().optional(),
  /** GitHub teams, `organisation/slug` in lower case; undefined = none were asked for. */
  teams: z.array(z.string()).optional(),
  /** Why teams are not known, for the person to read. */
  teamsUnknown: z.string().optional(),
  via: z.enum(['local', 'github', 'oidc']),
  /** Address of whoever vouched for them, see `voucherOf`. */
  voucher: z.string().optional(),
  /** ISO 8601. */
  signedInAt: z.string(),
});

/** Who signed in, and what the identity provider said of them then. No credential of theirs is in it. */
export type Person = z.infer<typeof person>;

export function readPerson(data: unknown): Person | undefined {
  const { success, data: found } = person.safeParse(data);
  return success ? found : undefined;
}

/** Who vouches for people that come this way; undefined for this very installation. */
export function voucherOf(via: SignInWay, { values }: Pick<Config, 'values'>): string | undefined {
  return { local: undefined, github: values.githubUrl, oidc: values.signInOidcIssuer }[via];
}

/** Whether whoever vouched for them still may: another issuer may call another person by this name. */
export function isVouchedFor({ via, voucher }: Person, config: Pick<Config, 'values' | 'signInWays'>): boolean {
  return config.signInWays.includes(via) && voucher === voucherOf(via, config);
}

/** Whether a membership in a GitHub organisation was what let them in. */
export function isLetInByOrganization({ via }: Person, { values }: Pick<Config, 'values'>): boolean {
  return via === 'github' && values.githubOrganizations.length > 0;
}

/** Whether what was said of them at the sign-in is too old to go on with: who they are, their teams, or the membership that let them in. */
export function isStale(person: Person, config: Pick<Config, 'values'>, now: Date): boolean {
  if (isForgotten(person, config, now)) return true;
  const canChange = (person.teams ?? []).length > 0 || isLetInByOrganization(person, config);
  return canChange && ageOf(person, now) > config.values.oauthTeamsTtl;
}

/**
 * Whether whoever vouched for them must be asked again whether it still does (`MCTL_OAUTH_SIGN_IN_TTL`): it may have locked them out
 * meanwhile. Local tokens are this installation's own word, and no such thing is kept of them.
 */
export function isForgotten(person: Person, { values }: Pick<Config, 'values'>, now: Date): boolean {
  return person.via !== 'local' && ageOf(person, now) > values.oauthSignInTtl;
}

function ageOf({ signedInAt }: Person, now: Date): number {
  return now.getTime() - Date.parse(signedInAt);
}
