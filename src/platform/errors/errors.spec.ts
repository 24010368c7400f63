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
