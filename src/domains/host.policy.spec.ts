import { refusalOf } from '../../test/factories/plan';
import { hostFrom, isApex, requireRegistrable } from './host.policy';

const PLATFORM = { domain: 'apps.example.org', previewDomain: 'preview.example.net' };
const refused = (text: string) => refusalOf(() => requireRegistrable(hostFrom(text), PLATFORM));

describe(hostFrom.name, () => {
  it.each([
    ['shop.example.com', 'shop.example.com', 'shop.example.com'],
    ['müller.de', 'xn--mller-kva.de', 'müller.de'],
    ['xn--mller-kva.de', 'xn--mller-kva.de', 'müller.de'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah', '例え.テスト'],
    ['a--b.example.com', 'a--b.example.com', 'a--b.example.com'],
    [`${'a'.repeat(63)}.example.com`, `${'a'.repeat(63)}.example.com`, `${'a'.repeat(63)}.example.com`],
  ])('reads %s', (text, ascii, unicode) => {
    expect(hostFrom(text)).toEqual({ ascii, unicode });
  });

  it.each([
    ['Shop.example.com', 'Write shop.example.com.'],
    ['shop.example.com.', 'Write shop.example.com.'],
    ['MÜLLER.de', 'Write müller.de.'],
  ])('tells how %s is written', (text, fix) => {
    expect(refusalOf(() => hostFrom(text))).toMatchObject({
      kind: 'InvalidInput',
      code: 'bad_domain',
      field: 'domain',
      fix,
    });
  });

  it.each([
    ['*.example.com', 'wildcards'],
    ['192.0.2.1', 'an IP address'],
    ['127.1', 'an IP address'],
    ['0x7f.1', 'an IP address'],
    ['localhost', 'a single label'],
    ['xn--a.example.com', 'IDNA'],
    ['shop..example.com', 'a label is empty'],
    ['.example.com', 'a label is empty'],
    ['-a.example.com', 'inner hyphens'],
    ['a-.example.com', 'inner hyphens'],
    ['_dmarc.example.com', 'inner hyphens'],
    [`${'a'.repeat(64)}.example.com`, '64 characters; DNS allows 63'],
    [`${'ü'.repeat(60)}.example.com`, 'DNS allows 63'],
    [`${'a.'.repeat(125)}example.com`, 'DNS allows 253'],
  ])('S35 refuses %s', (text, why) => {
    const { code, message, got } = refusalOf(() => hostFrom(text));
    expect([code, message, got]).toEqual(['bad_domain', expect.stringContaining(why), text]);
  });
});

describe(requireRegistrable.name, () => {
  it.each([
    'shop.example.com',
    'example.com',
    'shop.example.co.uk',
    'me.github.io',
    'müller.de',
    'example.org',
    'apps.example.net',
  ])('lets %s pass', (text) => expect(() => requireRegistrable(hostFrom(text), PLATFORM)).not.toThrow());

  it.each([
    'apps.example.org',
    'x.apps.example.org',
    'a.b.apps.example.org',
    'preview.example.net',
    'x.preview.example.net',
  ])('keeps %s for the platform', (text) => expect(refused(text).code).toBe('platform_domain'));

  it('does not take a name for the platform’s that only ends like it', () => {
    expect(() => requireRegistrable(hostFrom('myapps.example.org'), PLATFORM)).not.toThrow();
  });

  it.each(['co.uk', 'github.io', 'shop.internal', 'shop.nosuchsuffix', 'shop.local'])('refuses %s', (text) =>
    expect(refused(text).code).toBe('public_suffix'),
  );
});

it('knows the top of a registered domain', () => {
  expect(
    ['example.com', 'example.co.uk', 'me.github.io', 'www.example.com'].map((text) => isApex(hostFrom(text))),
  ).toEqual([true, true, true, false]);
});
