import { documentOf, markup, type Page } from '../../platform/http/pages';
import type { SecretStore } from '../../platform/secrets';
import type { Intake, StoredName } from '../intake';

/** Says what was stored, as often as the browser that did it asks until the link's time is over. */
export function donePage(
  { team, service }: Intake,
  stored: readonly StoredName[],
  { description, next }: Pick<SecretStore, 'description' | 'next'>,
): Page {
  const rows = stored.map(
    ({ name, version }) => markup`<tr><td><code>${name}</code></td><td>version ${version}</td></tr>`,
  );
  const body = markup`<h1>Stored</h1>
<p class="lead">for service <strong>${service}</strong> of team <strong>${team}</strong></p>
<table>
<thead><tr><th scope="col">Secret</th><th scope="col">Now</th></tr></thead>
<tbody>${rows}</tbody>
</table>
<div class="calm" role="status"><h2>You are done here</h2><p>The link is used up. Close this page and return to your assistant: it can see the version numbers above, and nothing else.</p></div>
<p>The ${stored.length === 1 ? 'value is' : 'values are'} in ${description}. ${next}</p>`;
  return { status: 200, ...documentOf({ title: 'Stored', body }) };
}
