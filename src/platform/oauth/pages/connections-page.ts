import { documentOf, markup, type Markup, type Page, timeOf } from '../../http/pages';
import type { Person } from '../../sign-in/person';
import type { Connection } from '../connections';

export interface ConnectionsParts {
  readonly person: Person;
  readonly connections: readonly Connection[];
  /** Token of the forms: of ending a connection, and of signing out. */
  readonly forms: { readonly end: string; readonly signOut: string };
  /** Name of the application that was just disconnected. */
  readonly ended?: string;
}

/** What somebody has let in, and the way to take it back. */
export function connectionsPage({ person, connections, forms, ended }: ConnectionsParts): Page {
  const list = connections.map((each) => card(each, forms.end));
  const empty = markup`<p>No application is connected as you. One that you connect appears here: <a href="/connect">how to connect one</a>.</p>`;
  const body = markup`<h1>Your connections</h1>
<p class="lead">Applications that may use MCTL as <strong>${person.login}</strong>.</p>
${ended === undefined ? undefined : markup`<div class="calm" role="status"><strong>${ended} is disconnected.</strong><p>Its access ended at once.</p></div>`}
${list.length > 0 ? markup`${list}<p><a href="/connect">Connect another one</a></p>` : empty}
<form method="post" action="/sign-in/out">
<input type="hidden" name="form" value="${forms.signOut}">
<input type="hidden" name="to" value="/connections">
<button type="submit" class="second">Sign out of this browser</button>
</form>`;
  return { status: 200, ...documentOf({ title: 'Your connections', body }) };
}

function card(
  { id, clientName, redirectHost, scopes, connectedAt, usedAt, expiresAt }: Connection,
  form: string,
): Markup {
  return markup`<section class="card">
<h2>${clientName}</h2>
<p class="quiet">at <code>${redirectHost}</code>, connected ${timeOf(connectedAt)}, last used ${timeOf(usedAt)}, until ${timeOf(expiresAt)}</p>
<p>${scopes.map((scope) => markup`<code>${scope}</code> `)}</p>
<form method="post">
<input type="hidden" name="form" value="${form}">
<input type="hidden" name="connection" value="${id}">
<button type="submit" class="second small" aria-label="Disconnect ${clientName}, connected ${connectedAt.toISOString()}">Disconnect</button>
</form>
</section>
`;
}
