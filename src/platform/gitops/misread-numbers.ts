import { isSecretName, MASK } from '../text/secrets';
import type { Oddity } from './file-problem';
import { entriesAt, misfit, short, someOf } from './shape';
import { Quantity } from '../quantity';
import { at, numberAt, textAt } from './values';
import { Unquoted } from './yaml';

/** Text that stands without quotes and that Helm prints in another way: an image tag `1.10` becomes `1.1`. */
export function misreadText(data: unknown, path: string, fix: string): Oddity[] {
  const value = at(data, ...path.split('.'));
  if (!(value instanceof Unquoted) || value.printed === value.text) return [];
  return [
    {
      code: 'number_for_text',
      message: `${path} is written as ${short(value.text)} without quotes, of which Helm makes ${value.printed}.`,
      fix,
    },
  ];
}

/** The same for a map of texts, e.g. environment variables, as one finding. Values of secret names are not shown. */
export function misreadTexts(data: unknown, path: string): Oddity[] {
  const misread = entriesAt(data, path).filter(
    (entry): entry is [string, Unquoted] => entry[1] instanceof Unquoted && entry[1].printed !== entry[1].text,
  );
  if (misread.length === 0) return [];
  const shown = misread.map(([name, { text, printed }]) =>
    isSecretName(name) ? `${name} (${MASK})` : `${name} (written ${short(text)}, printed ${printed})`,
  );
  const message = `Without quotes Helm takes these for numbers or for true and false, and a chart may print them in another way than they are written: ${someOf(shown)}.`;
  return [{ code: 'number_for_text', message, fix: 'Put the values in quotes.' }];
}

/** Quantities that are none, and numbers that mean another number to Helm than they say. */
export function oddQuantities(data: unknown, path: string): Oddity[] {
  return entriesAt(data, path).flatMap(([place, value]) => {
    if (value === null) return [];
    const text = textAt({ value }, 'value');
    if (text === undefined) return misfit(place, value, 'text');
    const means = numberAt({ value }, 'value');
    if (value instanceof Unquoted && means !== undefined && Number(text) !== means) return [octal(place, text, means)];
    return Quantity.parse(text) ? [] : [noQuantity(place)];
  });
}

function octal(place: string, text: string, means: number): Oddity {
  const message = `${place} is written as ${short(text)} without quotes, which is ${means} to Helm.`;
  return { code: 'number_for_text', message, fix: `Write ${means}, or what was meant.` };
}

function noQuantity(place: string): Oddity {
  return {
    code: 'bad_quantity',
    message: `${place} is no Kubernetes quantity, so nothing is counted for it.`,
    fix: 'Write a quantity such as 500m, 3 or 1.5Gi.',
  };
}
