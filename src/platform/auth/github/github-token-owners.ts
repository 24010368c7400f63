import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../clock';
import { Config } from '../../config';
import { MctlError, Unavailable } from '../../errors';
import { log } from '../../logging';
import { Metrics } from '../../metrics/metrics';
import { type Identity, LOGIN_PATTERN } from '../actor';
import { type Answer, ask, jsonOf, NoAnswer } from '../ask';
import { teamNames } from '../team-names';
import { githubDown, leavesOutSso, membershipRefusal, refused, userRefusal, whyNoTeams } from './github-refusals';

/** The version of the API that the shapes here are documented for. */
const API_VERSION = '2022-11-28';
const MAX_BYTES = 1024 * 1024;
const PER_PAGE = 100;
const MOST_PAGES = 10;
/** Questions at once; who comes on top is told to come back. GitHub allows a hundred of one client. */
const MOST_UNDER_WAY = 50;
const PUBLIC_API = 'https://api.github.com';

const userShape = z.object({ login: z.string(), id: z.number().int(), type: z.string() });
const membershipShape = z.object({ state: z.string() });
const teamsShape = z.array(z.object({ slug: z.string(), organization: z.object({ login: z.string() }) }));

type Teams = Pick<Identity, 'teams' | 'teamsUnknown'>;

/**
 * Whose GitHub token it is, asked with that very token at the configured API and nowhere else. Three questions at most: the user, a
 * membership where an organisation is required, the teams where tenants give roles to teams.
 */
@Injectable()
export class GithubTokenOwners {
  private underWay = 0;

  constructor(
    @Inject(Config) private readonly config: Pick<Config, 'values'>,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Metrics) private readonly metrics: Pick<Metrics, 'identityRequests'>,
  ) {}

  /**
   * @param withTeams whether teams matter.
   * @throws Unauthenticated for a token that GitHub or the organisation rule refuses; Unavailable where GitHub does not answer.
   */
  async identify(token: string, withTeams: boolean): Promise<Identity> {
    const answer = await this.get(token, '/user');
    if (answer.status !== 200) throw userRefusal(answer, this.clock.now());
    const { login, id, type } = shaped(userShape, answer);
    if (type !== 'User' || !LOGIN_PATTERN.test(login)) {
      throw refused('The token belongs to no person.', 'Use a token of a GitHub user.');
    }
    await this.requireMembership(token);
    const expiresAt = expiryOf(answer);
    return {
      login,
      method: 'github',
      ...(this.config.values.githubApiUrl === PUBLIC_API && { email: `${id}+${login}@users.noreply.github.com` }),
      ...(expiresAt && { expiresAt }),
      ...(withTeams && (await this.teams(token))),
    };
  }

  /** Active in one of them suffices. What one refuses to tell counts only where no other lets the caller in. */
  private async requireMembership(token: string): Promise<void> {
    const { githubOrganizations: organizations } = this.config.values;
    if (organizations.length === 0) return;
    let refusal: MctlError | undefined;
    for (const organization of organizations) {
      const answer = await this.get(token, `/user/memberships/orgs/${encodeURIComponent(organization)}`);
      if (answer.status === 200 && shaped(membershipShape, answer).state === 'active') return;
      if (answer.status !== 200) refusal ??= membershipRefusal(answer, organization, this.clock.now());
    }
    throw (
      refusal ??
      refused(
        `Only active members of ${organizations.join(' or ')} may sign in with a GitHub token.`,
        'Accept the invitation at GitHub, or ask an owner of the organisation.',
      )
    );
  }

  private async teams(token: string): Promise<Teams> {
    const names: string[] = [];
    let isPartial = false;
    for (let page = 1; page <= MOST_PAGES; page++) {
      const answer = await this.get(token, `/user/teams?per_page=${PER_PAGE}&page=${page}`);
      if (answer.status !== 200) return withoutTeams(whyNoTeams(answer, this.clock.now()));
      const teams = shaped(teamsShape, answer);
      names.push(...teams.map(({ slug, organization }) => `${organization.login}/${slug}`));
      isPartial ||= leavesOutSso(answer);
      if (teams.length < PER_PAGE) break;
    }
    return { teams: teamNames(names), ...(isPartial && { teamsUnknown: PARTIAL }) };
  }

  private async get(token: string, path: string): Promise<Answer> {
    const { githubApiUrl, githubTimeout: timeoutMs } = this.config.values;
    if (this.underWay >= MOST_UNDER_WAY) throw busy();
    this.underWay++;
    try {
      const headers = {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'mctl',
        'x-github-api-version': API_VERSION,
      };
      const answer = await ask(new URL(`${githubApiUrl}${path}`), { timeoutMs, maxBytes: MAX_BYTES, headers });
      this.count(String(answer.status));
      return answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.count('no_answer');
      log.warn({ reason: error.reason }, 'GitHub cannot be asked whose token it is');
      throw githubDown();
    } finally {
      this.underWay--;
    }
  }

  private count(outcome: string): void {
    this.metrics.identityRequests.inc({ provider: 'github', outcome });
  }
}

const PARTIAL =
  'Some of your organisations want the token to be authorised for single sign-on; roles given to their teams do not count.';

function withoutTeams(why: string | MctlError): Teams {
  if (typeof why !== 'string') throw why;
  return { teamsUnknown: why };
}

function shaped<Shape>(schema: z.ZodType<Shape>, answer: Answer): Shape {
  try {
    const parsed = schema.safeParse(jsonOf(answer));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
  log.warn('GitHub’s answer is not what it documents');
  throw githubDown();
}

/** E.g. `2026-12-31 23:59:59 UTC`; tokens without an end have no such header. */
function expiryOf({ headers }: Answer): Date | undefined {
  const time = Date.parse(headers.get('github-authentication-token-expiration') ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}

function busy(): Unavailable {
  return new Unavailable('Too many tokens are being looked up at GitHub right now.', {
    code: 'github_busy',
    fix: 'Try again shortly.',
    retryAfterSeconds: 2,
  });
}
