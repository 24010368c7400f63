import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseValues, Unquoted } from '../../src/platform/gitops/yaml';
import { helm, helmTemplate } from '../support/helm';

/** Scalars without quotes that somebody has in a values file, or could have. */
const SCALARS = [
  ...['1.10', '1.1', '1.0', '1.', '.5', '0.5', '5', '+5', '-5', '-0', '-0.0', '0', '00', '1.2.3', '4995e53', '4995E53'],
  ...['20240101', '999999', '1000000', '1234567', '21000000', '685230.15', '9007199254740993', '123456789012345678901'],
  ...['1e3', '1E5', '1e+3', '1e21', '3e-7', '0.0001', '0.00001', '0.0000001', '0.1e1', '12e03', '0123e5', '1e400'],
  ...['0123', '0089', '08', '07', '-017', '0o17', '0o8', '0x1F', '0X1F', '-0x1F', '0b11', '0b2', '0x', '0b'],
  ...['1_000', '1__0', '5_', '1_0.5', '_1', '0x_1', '1.5Gi', '500m', '12:30:45', '190:20:30', '2024-01-01', '1-2'],
  ...['yes', 'Yes', 'YES', 'yEs', 'no', 'NO', 'y', 'Y', 'n', 'N', 'on', 'On', 'ON', 'off', 'OFF', 'true', 'True', 'TRUE'],
  ...['tRUE', 'false', 'False', 'FALSE', 'null', 'Null', 'NULL', 'nULL', '~', '=', 'v1', 'main-0e12345', '0e1234', 'e1'],
  ...['"1.10"', "'on'", '!!str 1.10', '!!int "12"', '!!bool "true"', '|-\n      1.10'],
];

/** Prints of each value what a template makes of it, and whether Helm took it for text. */
const TEMPLATE = `found:
{{- range .Values.scalars }}
  - {printed: {{ printf "%v" . | quote }}, isText: {{ kindIs "string" . }}, isNothing: {{ kindIs "invalid" . }}}
{{- end }}
`;

interface Found {
  readonly printed: string;
  readonly isText: boolean;
  readonly isNothing: boolean;
}

let chart: string;
beforeAll(() => {
  chart = mkdtempSync(join(tmpdir(), 'mctl-chart-'));
  mkdirSync(join(chart, 'templates'));
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: numbers\nversion: 0.1.0\n');
  writeFileSync(join(chart, 'templates', 'found.yaml'), TEMPLATE);
});
afterAll(() => rmSync(chart, { recursive: true, force: true }));

it('reads every scalar without quotes as helm reads and prints it', async () => {
  const values = `scalars:\n${SCALARS.map((scalar) => `  - ${scalar}\n`).join('')}`;
  const [manifest] = await helmTemplate({ chart, values });
  const ours = (parseValues(values) as { scalars: (string | Unquoted | null)[] }).scalars;
  expect(ours.map((value, index) => [SCALARS[index], seenAs(value)])).toEqual(
    (manifest?.found as Found[]).map((found, index) => [SCALARS[index], found.isNothing ? null : withoutNothing(found)]),
  );
});

it.each(['.inf', '-.INF', '+.Inf', '.nan', '.NaN'])('refuses %s, as helm does', async (scalar) => {
  const values = `scalars: [${scalar}]\n`;
  await expect(helm(['template', 'x', chart, '--values', '-'], values)).rejects.toThrow(/unsupported value/);
  expect(() => parseValues(values)).toThrow(/not plain data/);
});

function seenAs(value: string | Unquoted | null): object | null {
  if (value instanceof Unquoted) return { printed: value.printed, isText: false };
  return value === null ? null : { printed: value, isText: true };
}

function withoutNothing({ printed, isText }: Found): object {
  return { printed, isText };
}
