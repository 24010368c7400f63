import { checkNode } from './node-check';
import { isAtLeast, isInRange, versionIn } from './version';

describe(versionIn, () => {
  it.each([
    ['git version 2.39.5', [2, 39, 5]],
    ['git version 2.39.5 (Apple Git-154)', [2, 39, 5]],
    ['git version 2.45.1.windows.1', [2, 45, 1]],
    ['git version 2.38.0-rc1', [2, 38, 0]],
    ['v22.12.0', [22, 12, 0]],
    ['unknown', undefined],
  ])('%s', (text, version) => expect(versionIn(text)).toEqual(version));
});

describe(isAtLeast, () => {
  it.each([
    [[2, 38], true],
    [[2, 38, 1], true],
    [[2, 100, 0], true],
    [[3], true],
    [[2, 37, 9], false],
    [[1, 99], false],
    [[2], false],
  ])('%j against 2.38: %s', (version, expected) => expect(isAtLeast(version, [2, 38])).toBe(expected));
});

describe(isInRange, () => {
  it('does not pass a range that it does not understand', () => {
    expect(() => isInRange([20, 19], '~20.19')).toThrow('~20.19');
  });
});

describe(checkNode, () => {
  it.each([
    ['20.19.0', 'ok'],
    ['22.12.0', 'ok'],
    ['23.0.0', 'ok'],
    ['24.1.0', 'ok'],
    ['20.18.3', 'failed'],
    ['21.7.0', 'failed'],
    ['22.11.0', 'failed'],
    ['18.20.4', 'failed'],
  ])('%s by the range of package.json: %s', (version, status) => {
    expect(checkNode(version)).toMatchObject({ name: 'node', status, found: expect.stringContaining(version) });
  });
});
