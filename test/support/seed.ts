import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Document, isScalar, parseAllDocuments, visit } from 'yaml';
import { helmTemplate, type Manifest, ROOT } from './helm';
import { at } from './manifests';

const SEED = join(ROOT, 'seed');

/** What the program puts in for the tokens of a seed file. */
export const TOKENS: Record<string, string> = {
  __REPO_URL__: 'https://git.example.com/acme/platform.git',
  __BRANCH__: 'main',
  __ROOT__: 'platform-gitops',
  __DATABASE_NAMESPACE__: 'platform-db',
  __TEAM__: 'billing',
  __PRECEDENCE__: '100',
};

export function seedFiles(): string[] {
  return readdirSync(SEED, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => relative(SEED, join(entry.parentPath, entry.name)))
    .sort();
}

export function seedDocuments(file: string): Document[] {
  return parseAllDocuments(readFileSync(join(SEED, file), 'utf8'), { strict: true, uniqueKeys: true });
}

/** The file as it lands in a repository: tokens are replaced inside scalars, never in the text around them. */
export function seedManifests(file: string, tokens: Record<string, string> = TOKENS): Manifest[] {
  return seedDocuments(file).map((document) => {
    visit(document, {
      Scalar: (_, node) => {
        if (isScalar(node) && typeof node.value === 'string') node.value = fill(node.value, tokens);
      },
    });
    return document.toJS() as Manifest;
  });
}

function fill(text: string, tokens: Record<string, string>): string {
  return Object.entries(tokens).reduce((filled, [token, value]) => filled.replaceAll(token, value), text);
}

/** Where in a file the tokens stand, as `path: value`. */
export function tokensIn(file: string): string[] {
  return seedDocuments(file).flatMap((document) =>
    leaves(document.toJS(), '').filter((leaf) => /__[A-Z_]+__/.test(leaf)),
  );
}

function leaves(node: unknown, path: string): string[] {
  if (!(node instanceof Object)) return [`${path}: ${String(node)}`];
  return Object.entries(node).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key));
}

/**
 * The Application an ApplicationSet makes of one directory. Argo CD runs each string through Go templates with sprig;
 * helm is the same engine, so a chart of one template does it here.
 */
export async function generate(applicationSet: Manifest, scratchChart: string, directory: string): Promise<Manifest> {
  const template = at(applicationSet, 'spec.template');
  const strings: string[] = [];
  JSON.stringify(template, (_, value: unknown) => {
    if (typeof value === 'string') strings.push(value);
    return value;
  });
  const path = { path: directory, basename: directory.split('/').at(-1) };
  const [rendered] = await helmTemplate({ chart: scratchChart, name: 'x', values: { strings, path } });
  const results = rendered?.strings as string[];
  let next = 0;
  const filled = JSON.parse(
    JSON.stringify(template, (_, value: unknown) => (typeof value === 'string' ? results[next++] : value)),
  ) as object;
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...filled } as Manifest;
}

export const SCRATCH_TEMPLATE = `strings:
{{- range .Values.strings }}
  - {{ tpl . (dict "path" $.Values.path "Template" $.Template) | toJson }}
{{- end }}
`;
