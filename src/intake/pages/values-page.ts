import { documentOf, markup, type Markup, type Page, timeOf } from '../../platform/http/pages';
import type { SecretStore } from '../../platform/secrets';
import { fieldOf } from '../entered-values';
import type { FieldRule, Intake } from '../intake';

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
  const { team, service, names, purpose, actor, openedAt, expiresAt, rules } = intake;
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
<p class="hint" id="hint">${names.length === 1 ? 'The value is' : 'Values are'} kept exactly as entered, spaces and line breaks included${rules && [...rules.values()].some(({ check }) => check) ? ', unless the field says otherwise' : ''}.</p>
${fields}
<label class="check" for="show"><input type="checkbox" id="show"><span>Show what I enter</span></label>
<button type="submit">${buttonWords(intake)}</button>
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
  const rule = intake.rules?.get(name) ?? {};
  const note = noteOf(rule);
  const described = [problem && `${id}-problem`, note && `${id}-note`, 'hint'].filter(Boolean).join(' ');
  return markup`<div class="field">
<label for="${id}"><code>${name}</code></label>
${problem === undefined ? undefined : markup`<p class="problem" id="${id}-problem">${problem}</p>`}
${note && markup`<p class="hint" id="${id}-note">${note}</p>`}
<textarea id="${id}" name="${id}" rows="2"${rule.version === undefined ? markup` required` : undefined}${isFirst ? markup` autofocus` : undefined} autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" translate="no" data-1p-ignore data-lpignore="true" aria-describedby="${described}"${problem === undefined ? undefined : markup` aria-invalid="true"`}></textarea>
</div>`;
}

function buttonWords({ names, rules }: Intake): string {
  if (names.some((name) => rules?.get(name)?.version !== undefined)) return 'Store what I entered';
  return names.length === 1 ? 'Store this value' : `Store these ${names.length} values`;
}

/** What is to be known of one field alone. */
function noteOf({ version, check }: FieldRule): string | undefined {
  const parts = [
    ...(version === undefined
      ? []
      : [`Has version ${version}; enter a new value here only if it is to be replaced. Left empty, it stays.`]),
    ...(check === undefined ? [] : ['White space around this value is left out.']),
  ];
  return parts.length > 0 ? parts.join(' ') : undefined;
}

function summary(intake: Intake, problems: ReadonlyMap<string, string>): Markup {
  const items = [...problems].map(
    ([name, problem]) => markup`<li><a href="#${fieldOf(intake, name)}"><code>${name}</code></a>: ${problem}</li>`,
  );
  return markup`<div class="bad" role="alert"><strong>Nothing was stored.</strong> Please enter the values again; this page does not keep them.<ul>${items}</ul></div>`;
}
