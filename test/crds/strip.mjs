import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, parse as pathParts } from 'node:path';
import { parse } from 'yaml';

/** What a schema says for people. */
const WORDS = ['description', 'example', 'externalDocs', 'title'];

/** Makes this folder's files anew: `node test/crds/strip.mjs FOLDER`, with the CustomResourceDefinitions as their projects release them. */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder with the CustomResourceDefinitions (*.yaml).');
for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  const { spec } = parse(readFileSync(join(folder, file), 'utf8'));
  const { group, names, scope, versions } = spec;
  const kept = versions.map(({ name, schema, subresources }) => ({
    name,
    subresources,
    schema: { openAPIV3Schema: withoutWords(schema.openAPIV3Schema) },
  }));
  const text = JSON.stringify({ spec: { group, names, scope, versions: kept } });
  writeFileSync(join(import.meta.dirname, `${pathParts(file).name}.json`), `${text}\n`);
}

/** A schema without words for people; under `properties` the same names are fields. */
function withoutWords(schema) {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !WORDS.includes(keyword))
      .map(([keyword, value]) => [keyword, below(keyword, value)]),
  );
}

function below(keyword, value) {
  if (keyword === 'properties') {
    return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, withoutWords(schema)]));
  }
  if (keyword === 'items' || keyword === 'additionalProperties' || keyword === 'not') {
    return typeof value === 'object' && !Array.isArray(value) ? withoutWords(value) : value;
  }
  if (['allOf', 'anyOf', 'oneOf'].includes(keyword)) return value.map(withoutWords);
  return value;
}
