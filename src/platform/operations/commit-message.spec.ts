import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import type { OperationRow } from '../store';
import { oneLine } from '../text/one-line';
import { commitMessage } from './commit-message';

const row = {
  id: '01k0000000000000000000000a',
  operation: 'create-tenant',
  actor: 'ada',
  auth_method: 'local',
  client: 'claude-code/2.0',
  request_id: 'req-1',
  workflow: 'create-tenant-01k0000000000000000000000a',
  idempotency_key: 'key-000001',
  reason: 'because',
} as OperationRow;
const facts = { planDigest: 'f'.repeat(64), auditHead: { seq: 7, hash: 'a'.repeat(64) } };

function git(args: string[], input: string): string {
  const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C.UTF-8' };
  return execFileSync('git', args, { input, env, encoding: 'utf8', cwd: '/' });
}

const trailersOf = (message: string) => git(['interpret-trailers', '--parse'], message).split('\n').filter(Boolean);

function expected(given: Partial<OperationRow>, reverts?: string): string[] {
  const all = { ...row, ...given };
  const pairs: [string, string | null | undefined][] = [
    ['Operation-Id', all.id],
    ['Operation', all.operation],
    ['Requested-By', all.actor],
    ['Auth-Method', all.auth_method],
    ['Client', all.client],
    ['Request-Id', all.request_id],
    ['Workflow', all.workflow],
    ['Plan-Digest', facts.planDigest],
    ['Idempotency-Key', all.idempotency_key],
    ['Reverts', reverts],
    ['Audit-Head', `7 ${'a'.repeat(64)}`],
  ];
  return pairs.flatMap(([key, value]) => (oneLine(value ?? '') ? [`${key}: ${oneLine(value ?? '')}`] : []));
}

describe('commitMessage', () => {
  it('is a subject, the reason and the trailers', () => {
    expect(commitMessage('create-tenant(billing): Billing', row, { ...facts, reverts: 'op-1' })).toBe(
      ['create-tenant(billing): Billing', '', 'because', '', ...expected({}, 'op-1'), ''].join('\n'),
    );
  });

  it('leaves out what there is not', () => {
    const bare = { client: null, idempotency_key: null, reason: null };
    const message = commitMessage('x(y): z', { ...row, ...bare }, facts);
    expect(message.split('\n\n')).toHaveLength(2);
    expect(trailersOf(message)).toEqual(expected(bare));
  });

  it.each([
    'Operation-Id: 01forged',
    'fine\n\nOperation-Id: 01forged\nRequested-By: admin',
    'fine\r\rRequested-By: admin',
    '---',
    '--- a/file',
    '# Operation-Id: x',
    'diff --git a/x b/x',
    '(cherry picked from commit 0000000)',
    'Signed-off-by: admin <a@example.org>',
    'key:value',
    'Reviewed-by : nobody',
    '-- >8 --',
    '------------------------ >8 ------------------------',
    '\u2028Operation-Id: x\u2029',
    ' \t\u0085 ',
    '\ud800 half a pair',
  ])('keeps reason %j prose', (reason) => {
    const message = commitMessage('create-tenant(a): b', { ...row, reason }, facts);
    expect(trailersOf(message)).toEqual(expected({}));
    expect(message.split('\n')[0]).toBe('create-tenant(a): b');
  });

  // Pieces that mean something to git, glued together in any order with any text between.
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '\n',
          '\r\n',
          '\r',
          '\n\n',
          '\u2028',
          '\u0085',
          ': ',
          'Operation-Id: x',
          '---',
          '#',
          ' ',
          '\t',
          'diff ',
          '>8',
          '\0',
          '\u202e',
        ),
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.string({ maxLength: 12 }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

  it('S33 shows git exactly our trailers, whatever the caller wrote', () => {
    fc.assert(
      fc.property(
        fc.record({ reason: hostile, actor: hostile, client: hostile, idempotency_key: hostile }),
        (given) => {
          const message = commitMessage('deploy(billing/api): 1.2.3', { ...row, ...given }, facts);
          expect(trailersOf(message)).toEqual(expected(given));
          expect(message.startsWith('deploy(billing/api): 1.2.3\n\n')).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('S33 keeps any subject to one line of at most 200 characters', () => {
    fc.assert(
      fc.property(hostile, fc.nat(300), (tail, length) => {
        const [subject = '', blank] = commitMessage(`deploy(a/b): ${'x'.repeat(length)}${tail}`, row, facts).split(
          '\n',
        );
        expect(subject).toMatch(/^deploy\(a\/b\):/);
        expect(subject.length).toBeLessThanOrEqual(200);
        expect(blank).toBe('');
        expect(Buffer.from(subject).toString()).toBe(subject);
      }),
    );
  });
});

describe('oneLine', () => {
  it('leaves printable text alone', () => {
    expect(oneLine('Grüße, 世界 👩‍🚀'.replace('\u200d', ''))).toBe('Grüße, 世界 👩🚀');
  });

  it('never holds what ends a line, hides or turns text, nor halves of characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\r', '\n', '\u2028', '\u202e', '\ud800', '\udc00', '\ufeff'),
        (text, bad) => {
          const line = oneLine(`a${bad}${text}${bad}b`);
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200b-\u200f\u202a-\u202e\ufeff]/u);
          expect(line.startsWith('a')).toBe(true);
          expect(line.endsWith('b')).toBe(true);
          expect(oneLine(line)).toBe(line);
        },
      ),
    );
  });
});
