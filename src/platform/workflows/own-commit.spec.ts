import type { Trailer } from '../gitops/git';
import { trailersOf } from '../operations/commit-message';
import type { OperationRow } from '../store';
import { isOwnCommit } from './own-commit';

const row = {
  id: '01HZX',
  operation: 'deploy',
  actor: 'ada',
  auth_method: 'local',
  client: null,
  request_id: 'r-1',
  workflow: 'deploy-01HZX',
} as OperationRow;
const said = Object.entries(trailersOf(row)).filter(([, value]) => value !== '');
const PROOF = ['Operation-Id', 'Operation', 'Requested-By', 'Request-Id', 'Workflow'];
const isOwn = (trailers: readonly Trailer[]) => isOwnCommit({ trailers: [...trailers] }, row);
/** The trailers with one of them replaced by others. */
const instead = (key: string, ...others: Trailer[]) =>
  said.flatMap((each): Trailer[] => (each[0] === key ? others : [each]));

describe('the commit of an operation', () => {
  it('says what its row says, whatever else it says', () => {
    expect(isOwn(said)).toBe(true);
    expect(isOwn([...said, ['Reviewed-By', 'eve'], ['Audit-Head', 'x']])).toBe(true);
  });

  it.each(PROOF)('says %s once, in its spelling', (key) => {
    const value = said.find(([name]) => name === key)?.[1] ?? '';
    expect(isOwn(instead(key))).toBe(false);
    expect(isOwn(instead(key, [key, 'another']))).toBe(false);
    expect(isOwn(instead(key, [key.toLowerCase(), value]))).toBe(false);
    expect(isOwn(instead(key, [key, value], [key, value]))).toBe(false);
    expect(isOwn(instead(key, [key, value], [key.toUpperCase(), 'another']))).toBe(false);
  });
});
