import { generateKeyPairSync } from 'node:crypto';
import { keyLines, mayBeKeyLine } from './key-lines';

const key = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
  .privateKey.trim()
  .split('\n');
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const marked = (lines: readonly string[]): number[] => [...keyLines(lines)].sort((a, b) => a - b);

it('finds a key over many lines, and nothing around it', () => {
  expect(marked(['starting', ...key, 'listening on 8080'])).toEqual(numbers(1, 1 + key.length));
});

it.each([
  ['plain', (line: string) => line],
  ['led by a time', (line: string) => `2026-03-01T12:00:00Z INFO ${line}`],
  ['quoted', (line: string) => `"${line}",`],
])('%s, also where one end was not read', (_, printed) => {
  const lines = key.map(printed);
  expect(marked(lines.slice(5))).toEqual(numbers(0, lines.length - 5));
  expect(marked([...lines.slice(0, 9), 'another thing'])).toEqual(numbers(0, 9));
});

it('knows a line of a key without its neighbours', () => {
  expect([mayBeKeyLine(key[3] ?? ''), mayBeKeyLine('GET /a/path 200'), mayBeKeyLine('done in 12ms')]).toEqual([
    true,
    false,
    false,
  ]);
});

it('leaves a public key and everything else as it is', () => {
  expect(marked(['-----BEGIN CERTIFICATE-----', key[1] ?? '', '-----END CERTIFICATE-----', 'GET /a 200'])).toEqual([]);
});
