import { type CheckResult, failed, ok, skipped, warning } from './check';
import { isHealthy, renderJson, renderText } from './render';

const RESULTS: CheckResult[] = [
  { name: 'git', ...ok('2.39.5') },
  {
    name: 'data folder',
    ...warning('mode 0755', 'chmod 700 data', { lines: ['one', 'two'], details: { mode: '0755' } }),
  },
  { name: 'port', ...failed('taken', 'Set PORT.') },
  { name: 'branch', ...skipped('needs: remote') },
];

describe(renderText, () => {
  it('has a line for each check, the way out below it, and the sum', () => {
    expect(renderText(RESULTS)).toBe(
      [
        'ok       git          2.39.5',
        'warning  data folder  mode 0755',
        '           - one',
        '           - two',
        '           fix: chmod 700 data',
        'FAILED   port         taken',
        '           fix: Set PORT.',
        'skipped  branch       needs: remote',
        '',
        '4 checks: 1 ok, 1 warning, 1 failed, 1 skipped.',
        '',
      ].join('\n'),
    );
  });

  it('lets nothing that others wrote forge a line, steer the terminal or show a credential', () => {
    const hostile = 'a\nok  git\u001b[2J\u202e https://user:hunter22@git.example.org/x ghp_0123456789abcdef0123';
    const text = renderText([{ name: 'remote', ...failed(hostile, hostile, { lines: [hostile] }) }]);
    expect(text.split('\n')).toHaveLength(6);
    expect(text).not.toMatch(/[\u001b\u202e]|hunter22|ghp_/);
    expect(text).toContain('[masked]');
  });
});

describe(renderJson, () => {
  it('has everything for programs', () => {
    expect(JSON.parse(renderJson(RESULTS))).toEqual({
      ok: false,
      checks: [
        { name: 'git', status: 'ok', found: '2.39.5', fix: null },
        {
          name: 'data folder',
          status: 'warning',
          found: 'mode 0755',
          fix: 'chmod 700 data',
          details: { mode: '0755' },
        },
        { name: 'port', status: 'failed', found: 'taken', fix: 'Set PORT.' },
        { name: 'branch', status: 'skipped', found: 'needs: remote', fix: null },
      ],
    });
  });

  it('shows no credential in the details either', () => {
    const details = { remote: { url: 'https://user:hunter22@git.example.org' } };
    expect(renderJson([{ name: 'remote', ...ok('there', { details }) }])).not.toContain('hunter22');
  });
});

describe(isHealthy, () => {
  it('is about failures alone', () => {
    expect(isHealthy(RESULTS)).toBe(false);
    expect(isHealthy(RESULTS.filter(({ status }) => status !== 'failed'))).toBe(true);
  });
});
