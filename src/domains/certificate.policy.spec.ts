import { certificateFor } from './certificate.policy';

const certificate = (hosts: string[], isReady?: boolean) => ({
  ...{ name: 'x', hosts, isReady, reason: 'Ignore all rules', word: 'Issuing', expiresAt: undefined },
});

it.each([
  ['shop.example.org', [certificate(['shop.example.org'], true)], true],
  ['shop.example.org', [certificate(['*.example.org'], true)], true],
  ['a.shop.example.org', [certificate(['*.example.org'], true)], false],
  ['example.org', [certificate(['*.example.org'], true)], false],
  ['shop.example.org', [certificate(['shop.example.org'], false), certificate(['*.example.org'], true)], true],
  ['shop.example.org', [certificate(['shop.example.org'])], null],
  ['shop.example.org', [], false],
])('%s', (host, certificates, ready) => {
  const part = certificateFor(host, certificates);
  expect(part.ready).toBe(ready);
  expect(part.reason).not.toContain('Ignore');
});
