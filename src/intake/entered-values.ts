import { InvalidInput } from '../platform/errors';
import { checkSecretText, MAX_SECRET_BYTES, SecretValue } from '../platform/secrets';
import type { Intake } from './intake';

export interface EnteredValues {
  readonly values: ReadonlyMap<string, SecretValue>;
  /** What is wrong with each field, in words for whoever fills it in; never any of what was entered. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Name of a secret's field: names of variables need not be names of fields. */
export function fieldOf(intake: Pick<Intake, 'names'>, name: string): string {
  return `secret-${intake.names.indexOf(name)}`;
}

/** The value of each name that the page asks for; whatever else a form holds is left alone. */
export function readForm(intake: Intake, form: Readonly<Record<string, string>>): EnteredValues {
  const values = new Map<string, SecretValue>();
  const problems = new Map<string, string>();
  for (const name of intake.names) {
    const text = asTyped(form[fieldOf(intake, name)] ?? '');
    const problem = problemOf(name, text);
    if (problem === undefined) values.set(name, new SecretValue(text));
    else problems.set(name, problem);
  }
  return { values, problems };
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
