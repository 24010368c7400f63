import {
  Conflict,
  httpStatusOf,
  InvalidInput,
  NotAllowed,
  NotFound,
  toErrorBody,
  Unauthenticated,
  Unavailable,
} from './index';

describe(httpStatusOf.name, () => {
  it.each([
    [new InvalidInput('x'), 400],
    [new InvalidInput('x', { code: 'too_large' }), 413],
    [new InvalidInput('x', { code: 'unsupported_media_type' }), 415],
    [new Unauthenticated('x'), 401],
    [new NotAllowed('x'), 403],
    [new NotFound('x'), 404],
    [new Conflict('x'), 409],
    [new Unavailable('x'), 503],
    [new Unavailable('x', { code: 'rate_limited' }), 429],
    [new Error('x'), 500],
    ['x', 500],
  ])('%s', (error, status) => expect(httpStatusOf(error)).toBe(status));
});

describe(toErrorBody.name, () => {
  it('shows nothing of an error that is not ours', () => {
    const body = JSON.stringify(toErrorBody(new Error('/etc/passwd: secret'), 'id-1'));
    expect(body).not.toMatch(/passwd|secret/);
    expect(JSON.parse(body)).toMatchObject({ code: 'internal', retryable: false, correlation_id: 'id-1' });
  });

  it('leaves out what is not known, and never shows the cause', () => {
    const error = new Conflict('Taken.', { field: 'team', cause: new Error('internal detail') });
    expect(toErrorBody(error, 'id-2')).toEqual({
      code: 'conflict',
      message: 'Taken.',
      field: 'team',
      retryable: false,
      correlation_id: 'id-2',
    });
  });

  it('S42 repeats no credential that came in a wrong place', () => {
    const token = `ghp_${'a'.repeat(36)}`;
    const problem = { field: 'team', got: token };
    const body = toErrorBody(new NotFound(`no ${token}`, { got: token, problems: [problem, { field: 'x' }] }), 'id-4');
    expect(JSON.stringify(body)).not.toContain(token);
    expect(body).toMatchObject({
      message: 'no [masked]',
      got: '[masked]',
      problems: [{ got: '[masked]' }, { field: 'x' }],
    });
  });

  it('says when to come back', () => {
    const error = new Unavailable('Later.', { retryAfterSeconds: 7 });
    expect(toErrorBody(error, 'id-3')).toMatchObject({ retryable: true, retry_after_s: 7 });
  });
});

describe('what an error says of a file', () => {
  it('S40 is spelled out and masked, wherever it stands', () => {
    const token = `ghp_${'c'.repeat(10)}\u200b${'c'.repeat(26)}`;
    const text = `a\u202eb ${token}`;
    const problems = [{ field: text }, { field: 'x' }];
    const error = new Conflict(text, {
      field: text,
      allowed: [text],
      fix: text,
      problems,
      details: { note: 'a\u202e' },
    });
    const shown = 'a\\u202eb [masked]';
    expect(toErrorBody(error, 'id')).toMatchObject({
      ...{ message: 'ab [masked]', field: 'ab [masked]', allowed: ['ab [masked]'], fix: 'ab [masked]' },
      ...{ problems: [{ field: 'ab [masked]' }, { field: 'x' }], details: { note: 'a\\u202e' } },
    });
    expect(toErrorBody(new Conflict('a\u202eb ghp_'.concat('c'.repeat(36))), 'id').message).toBe('ab [masked]');
    expect(toErrorBody(new Conflict('a\u202eb'), 'id').message).toBe(shown.slice(0, 8));
  });

  it('has an end, and says how much more there is', () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ field: `f${index}`, allowed: [] }));
    const allowed = many.map(({ field }) => field);
    const body = toErrorBody(new Conflict('x'.repeat(9000), { problems: many, allowed }), 'id');
    expect([body.message.length, body.problems?.length, body.allowed?.length]).toEqual([4000, 50, 50]);
    expect(body.more).toEqual({ allowed: 10, problems: 10 });
    expect(toErrorBody(new Conflict('x', { allowed: ['a'] }), 'id')).not.toHaveProperty('more');
  });
});
