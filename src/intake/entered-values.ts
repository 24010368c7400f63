import { InvalidInput } from '../platform/errors';
import { checkSecretText, MAX_SECRET_BYTES, SecretValue } from '../platform/secrets';
import type { FieldRule, Intake } from './intake';

export interface EnteredValues {
  readonly values: ReadonlyMap<string, SecretValue>;
  /** What is wrong with each field, in words for whoever fills it in; never any of what was entered. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Name of a secret's field: names of variables need not be names of fields. */
export function fieldOf(intake: Pick<Intake, 'names'>, name: string): string {
  return `secret-${intake.names.indexOf(name)}`;
}

/** The values of the names that the page asks for; whatever else a form holds is left alone. What has a value may be left empty. */
export function readForm(intake: Intake, form: Readonly<Record<string, string>>): EnteredValues {
  const values = new Map<string, SecretValue>();
  const problems = new Map<string, string>();
  for (const name of intake.names) {
    const rule = intake.rules?.get(name) ?? {};
    const text = textOf(rule, form[fieldOf(intake, name)]);
    if (text === '' && rule.version !== undefined) continue;
    const problem = problemOf(name, text) ?? formProblem(rule, text);
    if (problem === undefined) values.set(name, new SecretValue(text));
    else problems.set(name, problem);
  }
  const [first] = intake.names;
  if (first !== undefined && values.size + problems.size === 0) problems.set(first, NOTHING_NEW);
  return { values, problems };
}

const NOTHING_NEW = 'Enter at least one new value, or close this page: the values there are stay as they are.';

/** Only where the form of a value is known can its white space be known to be a slip of copying. */
function textOf({ check }: FieldRule, entered = ''): string {
  return check === undefined ? asTyped(entered) : entered.trim();
}

function formProblem({ check }: FieldRule, text: string): string | undefined {
  return check === undefined || new RegExp(`^(?:${check.pattern})$`).test(text) ? undefined : check.words;
}

/** Browsers send every line break of a text field as CR LF, whatever was pasted (HTML, form submission); files of keys have LF. */
function asTyped(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

const WORDS: Readonly<Record<string, string>> = {
  secret_empty: 'Enter a value.',
  secret_too_long: `This value is longer than ${MAX_SECRET_BYTES / 1024} KiB.`,
  secret_not_text:
    'This value holds bytes that are not text. Encode it, for example in base64, and let the service decode it.',
};

function problemOf(name: string, text: string): string | undefined {
  try {
    checkSecretText(name, text);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInput) return WORDS[error.code] ?? error.message;
    throw error;
  }
}
