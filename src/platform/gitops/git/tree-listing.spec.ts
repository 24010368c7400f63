import { hasQuotedName, parseChanges, parsePathChanges, parseTree } from './tree-listing';

const SHA = 'a'.repeat(40);
const bytes = (text: string) => Buffer.from(text, 'latin1');
const paths = (...names: Buffer[]) =>
  parseTree(Buffer.concat(names.flatMap((name) => [bytes(`100644 blob ${SHA}\t`), name, bytes('\0')]))).map(
    ({ path }) => path,
  );

it('keeps names that are not UTF-8 apart, in the form in which git prints them', () => {
  const found = paths(bytes('a/caf\xe8/x'), bytes('a/caf\xe9/x'), bytes('a/\x01"\\\xff'));
  expect(found).toEqual(['a/"caf\\350"/x', 'a/"caf\\351"/x', 'a/"\\001\\"\\\\\\377"']);
  expect(found.every(hasQuotedName)).toBe(true);
});

it('quotes a name that looks quoted once more', () => {
  expect(paths(Buffer.from('a/"caf\\351"'), bytes('a/caf\xe9'))).toEqual(['a/"\\"caf\\\\351\\""', 'a/"caf\\351"']);
});

it('leaves every other name as it is', () => {
  const names = ['café/ünï', 'emoji-😀', '\ufffd', 'a "quoted" name', 'back\\slash', '"quoted"', 'tab\there'];
  expect(paths(...names.map((name) => Buffer.from(name)))).toEqual(names);
  expect(names.some(hasQuotedName)).toBe(false);
});

it('spells names alike in listings and in both forms of changes', () => {
  const zero = '0'.repeat(40);
  const raw = bytes(`:000000 100644 ${zero} ${SHA} A\0x/caf\xe9\0:100644 000000 ${SHA} ${zero} D\0x/caf\xe8\0`);
  expect(parseChanges(raw)).toMatchObject([
    { path: 'x/"caf\\351"', status: 'A', mode: '100644', newSha: SHA },
    { path: 'x/"caf\\350"', status: 'D' },
  ]);
  expect(parsePathChanges(bytes(`${SHA}\0M\0x/caf\xe9\0`))).toEqual(
    new Map([[SHA, [{ status: 'M', path: 'x/"caf\\351"' }]]]),
  );
});
