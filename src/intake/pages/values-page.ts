import { documentOf, markup, type Markup, type Page, timeOf } from '../../platform/http/pages';
import type { SecretStore } from '../../platform/secrets';
import { fieldOf } from '../entered-values';
import type { Intake } from '../intake';

interface ValuesParts {
  /** Token of the form. */
  readonly form: string;
  readonly origin: string;
  readonly secrets: Pick<SecretStore, 'description'>;
  /** By the name of the secret. */
  readonly problems?: ReadonlyMap<string, string>;
}

/** Asks for the values. What was entered before is never in it: a form with a mistake is filled in anew. */
export function valuesPage(intake: Intake, { form, origin, secrets, problems = new Map() }: ValuesParts): Page {
  const { team, service, names, purpose, actor, openedAt, expiresAt } = intake;
  const what = names.length === 1 ? 'a secret value' : `${names.length} secret values`;
  const first = names.find((name) => problems.has(name)) ?? names[0];
  const fields = names.map((name) => field(intake, name, { problem: problems.get(name), isFirst: name === first }));
  const body = markup`<h1>Enter ${what}</h1>
<p class="lead">for service <strong>${service}</strong> of team <strong>${team}</strong></p>
${problems.size > 0 ? summary(intake, problems) : undefined}
<div class="calm"><h2>No assistant sees what you enter</h2><p>It goes from this page straight to ${secrets.description}. Your assistant is told the name and a version number, and no tool of MCTL gives a value back.</p></div>
<dl>
<dt>For</dt><dd>${purpose}</dd>
<dt>Asked for by</dt><dd><strong>${actor}</strong>, ${timeOf(openedAt)}</dd>
<dt>Link ends</dt><dd>${timeOf(expiresAt)}, or when you store</dd>
</dl>
<form method="post" autocomplete="off">
<input type="hidden" name="step" value="store">
<input type="hidden" name="form" value="${form}">
<p class="hint" id="hint">${names.length === 1 ? 'The value is' : 'Values are'} kept exactly as entered, spaces and line breaks included.</p>
${fields}
<label class="check" for="show"><input type="checkbox" id="show"><span>Show what I enter</span></label>
<button type="submit">${names.length === 1 ? 'Store this value' : `Store these ${names.length} values`}</button>
</form>`;
  const title = `${problems.size > 0 ? 'Error: ' : ''}Enter ${what}`;
  return { status: problems.size > 0 ? 422 : 200, ...documentOf({ title, body, origin }) };
}

function field(
  intake: Intake,
  name: string,
  { problem, isFirst }: { problem: string | undefined; isFirst: boolean },
): Markup {
  const id = fieldOf(intake, name);
  const described = problem === undefined ? 'hint' : `${id}-problem hint`;
  return markup`<div class="field">
<label for="${id}"><code>${name}</code></label>
${problem === undefined ? undefined : markup`<p class="problem" id="${id}-problem">${problem}</p>`}
<textarea id="${id}" name="${id}" rows="2" required${isFirst ? markup` autofocus` : undefined} autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" translate="no" data-1p-ignore data-lpignore="true" aria-describedby="${described}"${problem === undefined ? undefined : markup` aria-invalid="true"`}></textarea>
</div>`;
}

function summary(intake: Intake, problems: ReadonlyMap<string, string>): Markup {
  const items = [...problems].map(
    ([name, problem]) => markup`<li><a href="#${fieldOf(intake, name)}"><code>${name}</code></a>: ${problem}</li>`,
  );
  return markup`<div class="bad" role="alert"><strong>Nothing was stored.</strong> Please enter all values again; this page does not keep them.<ul>${items}</ul></div>`;
}
