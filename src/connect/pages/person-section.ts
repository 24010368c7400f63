import type { WhoamiAnswer } from '../../identity';
import type { MctlError } from '../../platform/errors';
import { markup, type Markup } from '../../platform/http/pages';
import type { Visitor } from './connect-page';

const PROVIDERS = { local: 'a local token', github: 'GitHub', oidc: 'single sign-on' } as const;

/** Who is signed in, and what they may do. */
export function personSection({ person, whoami }: Pick<Visitor, 'person' | 'whoami'>): Markup {
  return markup`<p class="lead">You are <strong>${person.login}</strong>, signed in with ${PROVIDERS[person.via]}.</p>
<section aria-labelledby="teams">
<h2 id="teams">What you may do</h2>
${'problem' in whoami ? problemBox(whoami.problem) : teamsOf(whoami.answer, person.teams !== undefined)}
</section>`;
}

export function problemBox({ message, details: { fix } }: MctlError): Markup {
  return markup`<div class="bad" role="alert"><strong>${message}</strong>${fix === undefined ? undefined : markup`<p>${fix}</p>`}</div>`;
}

function teamsOf({ user, admin, teams, warnings, server }: WhoamiAnswer, hasGroups: boolean): Markup {
  const notes = warnings.map(({ message }) => markup`<div class="warn"><p>${message}</p></div>`);
  return markup`${admin ? markup`<p>You are a <strong>platform administrator</strong>: all of it, in every team.</p>` : undefined}
${teams.length > 0 ? teamTable(teams) : noTeam(user, admin, hasGroups)}
${notes}
${server.read_only ? markup`<div class="warn"><p>This installation only reads at the moment (MCTL_READ_ONLY): nothing can be changed through it.</p></div>` : undefined}`;
}

function teamTable(teams: WhoamiAnswer['teams']): Markup {
  return markup`<table>
<thead><tr><th scope="col">Team</th><th scope="col">Your role</th></tr></thead>
<tbody>
${teams.map(({ name, role }) => markup`<tr><td>${name}</td><td>${role}</td></tr>\n`)}</tbody>
</table>`;
}

/** @param hasGroups whether whoever vouches for this person says what GitHub teams they are in. */
function noTeam(user: string, isAdmin: boolean, hasGroups: boolean): Markup {
  if (isAdmin) return markup`<p>No team lists you as a member of its own.</p>`;
  return markup`<p>You are in <strong>no team</strong> yet. Either of these gives you one:</p>
<ul>
<li>Ask an owner of a team to add <code>${user}</code> to <code>members</code> in the team’s file, <code>tenants/TEAM/values.yaml</code>${hasGroups ? ', or to give a role to a GitHub team of yours' : ''}.</li>
<li>Connect, and have your assistant create a team: everybody may create one, and owns it.</li>
</ul>`;
}
