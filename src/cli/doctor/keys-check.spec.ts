import { judgeMode } from './keys-check';

describe(judgeMode, () => {
  it.each([
    ['ok', 0o100600, 10001],
    ['ok', 0o100400, 10001],
    // As Kubernetes mounts a Secret.
    ['ok', 0o100440, 0],
    ['warning', 0o100440, 10001],
    ['warning', 0o100640, 10001],
    ['warning', 0o100660, 0],
    ['failed', 0o100644, 0],
    ['failed', 0o100604, 10001],
  ])('says %s of a key with mode %o of user %i', (status, mode, uid) => {
    expect(judgeMode('/keys/installation.pem', { mode, uid }, 10001)).toMatchObject({ status });
  });
});
