import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { chartPath } from './helm';

/** The chart's schema as the program uses it. Ajv's strict mode also finds keywords that do nothing. */
export function valuesValidator(chart: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(join(chartPath(chart), 'values.schema.json'), 'utf8')) as object;
  return new Ajv({ allErrors: true, strictSchema: true, strictTypes: true, allowUnionTypes: true }).compile(schema);
}

/** Helm reads YAML 1.1, in which `y` is true and 1_000 a number: whoever judges a values file must read it so, too. */
export function parseAsHelm(text: string): unknown {
  return parse(text, { version: '1.1' });
}
