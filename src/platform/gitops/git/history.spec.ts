import { commitDate } from './history';

describe('commitDate', () => {
  it.each([
    ['1100000000', '2004-11-09T11:33:20.000Z'],
    ['8640000000000', '+275760-09-13T00:00:00.000Z'],
    ['8640000000001', '+275760-09-13T00:00:00.000Z'],
    ['-99999999999999', '-271821-04-20T00:00:00.000Z'],
    ['Infinity', '+275760-09-13T00:00:00.000Z'],
    ['', '1970-01-01T00:00:00.000Z'],
    ['soon', '1970-01-01T00:00:00.000Z'],
  ])('makes a valid date of %j', (seconds, at) => {
    expect(commitDate(seconds).toISOString()).toBe(at);
  });
});
