import type { WhoamiAnswer } from '../../identity';
import { markup, type Markup } from '../../platform/http/pages';
import type { Visitor } from './connect-page';
import { problemBox } from './person-section';

/** What an assistant would be told: the same call, made for whoever reads the page. */
export function trySection({ whoami, isTrying }: Pick<Visitor, 'whoami' | 'isTrying'>): Markup {
  return markup`<section id="try" aria-labelledby="try-title">
<h2 id="try-title">Try it</h2>
<p>Ask your assistant <em>“Who am I in MCTL?”</em>. It calls the tool <code>mctl_whoami</code>; so does this button, as you.</p>
${isTrying ? resultOf(whoami) : undefined}
<form method="get" action="/connect#try">
<button type="submit" name="try" value="whoami"${isTrying ? markup` class="second"` : undefined}>${isTrying ? 'Call it again' : 'Call mctl_whoami'}</button>
</form>
</section>`;
}

function resultOf(whoami: Visitor['whoami']): Markup {
  if ('problem' in whoami) return problemBox(whoami.problem);
  const { answer } = whoami;
  return markup`<div class="calm" role="status" id="answer">
<strong>It works: MCTL ${answer.server.version} knows you as ${answer.user}.</strong>
<p>${rolesOf(answer)}</p>
</div>
<details><summary>The answer, as an assistant gets it</summary>
<pre>${JSON.stringify(answer, null, 2)}</pre>
</details>`;
}

function rolesOf({ admin, teams }: WhoamiAnswer): string {
  const roles = teams.map(({ name, role }) => `${role} of ${name}`);
  const all = [...(admin ? ['platform administrator'] : []), ...roles];
  return all.length > 0 ? `You are ${all.join(', ')}.` : 'You are in no team yet.';
}
