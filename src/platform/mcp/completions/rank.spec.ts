import { complete, MOST_VALUES } from './rank';

describe(complete.name, () => {
  it('puts what begins so before what contains it, and that before what has its characters in order', () => {
    const candidates = ['p-x-a-y-i', 'my-api', 'api', 'web', 'API-two'];
    expect(complete(candidates, 'api').values).toEqual(['api', 'API-two', 'my-api']);
    expect(complete(candidates, 'pai').values).toEqual(['p-x-a-y-i']);
    expect(complete(candidates, 'ia')).toEqual({ values: [], total: 0, hasMore: false });
  });

  it('keeps the order it was given, and says each once', () => {
    expect(complete(['1.1.0', '1.2.0', '1.1.0', '1.0.0'], '').values).toEqual(['1.1.0', '1.2.0', '1.0.0']);
  });

  it('answers a hundred at most, and says how many there are', () => {
    const many = Array.from({ length: MOST_VALUES + 1 }, (_, index) => `team-${index}`);
    expect(complete(many, 'team')).toEqual({ values: many.slice(0, MOST_VALUES), total: 101, hasMore: true });
    expect(complete(many.slice(1), 'team')).toMatchObject({ total: 100, hasMore: false });
  });

  it('takes what was typed for text, not for a pattern', () => {
    expect(complete(['axb', 'a.b'], 'a.b').values).toEqual(['a.b']);
  });
});
