import { brotliCompressSync, gzipSync } from 'node:zlib';
import { unpackNodes } from '../../argo';
import { readWorkflow, stateInWords } from './workflow-state';

const OBJECT = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name: 'w', namespace: 'mctl', uid: 'u', labels: { 'mctl.dev/operation-id': '01J' } },
  spec: {},
};
const node = (id: string, displayName: string, type: string, phase: string, more: object = {}) => ({
  [id]: { id, displayName, type, phase, name: `w.${displayName}`, startedAt: '2026-01-01T00:00:00Z', ...more },
});
const read = (status: object, more: object = {}) => readWorkflow({ ...OBJECT, status, ...more })!;

describe('the state of a Workflow', () => {
  it('before the controller has seen it', () => {
    expect(readWorkflow(OBJECT)).toMatchObject({ phase: '', isEnded: false, nodes: [], operationId: '01J', uid: 'u' });
    expect(stateInWords(readWorkflow(OBJECT)!)).toBe('not begun');
  });

  it('is of nobody without our label, and none without a name', () => {
    expect(read({}, { metadata: { name: 'w' } }).operationId).toBeUndefined();
    expect(readWorkflow({ metadata: {} })).toBeUndefined();
  });

  it.each(['Succeeded', 'Failed', 'Error'])('has ended as %s', (phase) => {
    expect(read({ phase }).isEnded).toBe(true);
  });

  it('tells of each step what its newest pod says, and what keeps it between two', () => {
    const nodes = {
      ...node('w', 'w', 'Steps', 'Running'),
      ...node('g', '[0]', 'StepGroup', 'Running'),
      ...node('a', 'create-database', 'Retry', 'Succeeded'),
      ...node('a0', 'create-database(0)', 'Pod', 'Failed', { message: 'main: Error (exit code 75)' }),
      ...node('a1', 'create-database(1)', 'Pod', 'Succeeded'),
      ...node('c', 'commit', 'Retry', 'Running', { message: 'Backoff for 10 seconds' }),
      ...node('c9', 'commit(9)', 'Pod', 'Failed', { message: 'ninth' }),
      ...node('x', 'w.onExit', 'Pod', 'Running'),
      ...node('c10', 'commit(10)', 'Pod', 'Failed', { message: 'tenth' }),
    };
    expect(read({ phase: 'Running', nodes }).nodes).toEqual([
      { step: 'create-database', phase: 'Succeeded', message: '', podNode: 'a1' },
      { step: 'commit', phase: 'Failed', message: 'tenth; Backoff for 10 seconds', podNode: 'c10' },
    ]);
  });

  it('is queued while a step waits for the lock, which has no pod then', () => {
    const waiting = { synchronizationStatus: { waiting: 'mctl/Mutex/mctl-commit' }, message: 'Waiting for the lock' };
    const state = read({ phase: 'Running', nodes: node('c', 'commit', 'Retry', 'Pending', waiting) });
    expect(state).toMatchObject({
      isQueued: true,
      nodes: [{ step: 'commit', phase: 'Pending', message: 'Waiting for the lock' }],
    });
    expect(state.nodes[0]).not.toHaveProperty('podNode');
    expect(stateInWords(state)).toBe('Running; commit: Pending, Waiting for the lock');
  });

  it('cleans what others wrote', () => {
    const message = `\u001b[31mred\u202e ghp_${'a'.repeat(36)}\n${'x'.repeat(1_000)}`;
    const state = read({ phase: 'Failed', message });
    expect(state.message).not.toMatch(/\u001b|\u202e|ghp_a|\n/);
    expect(state.message.length).toBeLessThanOrEqual(300);
  });

  it('sees a stop and a deletion', () => {
    expect(read({}, { spec: { shutdown: 'Stop' } }).isStopped).toBe(true);
    expect(read({}, { metadata: { ...OBJECT.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }).isGoing).toBe(
      true,
    );
  });

  it('reads packed nodes, knows offloaded ones, and takes odd ones for nothing', () => {
    const nodes = node('c', 'commit', 'Pod', 'Pending');
    const compressedNodes = gzipSync(JSON.stringify(nodes)).toString('base64');
    expect(read({ compressedNodes }).nodes).toHaveLength(1);
    expect(read({ offloadNodeStatusVersion: 'fnv:1' })).toMatchObject({ isOffloaded: true, nodes: [] });
    expect(read({ nodes: { a: null, b: 7, c: { id: 1 } } }).nodes).toEqual([]);
    expect(read({ nodes: [] }).nodes).toEqual([]);
  });
});

describe('packed nodes', () => {
  const problem = (packed: Buffer | string): unknown =>
    unpackNodes(typeof packed === 'string' ? packed : packed.toString('base64'));

  it('that unpack to more than their bound are refused, however small they are', () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(problem(bomb)).toEqual({ problem: expect.stringContaining('longer than') });
  });

  it.each<[string, Buffer, RegExp]>([
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /zstd/],
    ['brotli', brotliCompressSync('{}'), /brotli/],
    ['cut off', gzipSync('{"a":1}').subarray(0, 12), /damaged/],
    ['no JSON', gzipSync('no'), /damaged/],
    ['no map', gzipSync('[1]'), /no map/],
  ])('of a kind that is not read are named: %s', (_kind, packed, expected) => {
    expect(problem(packed)).toEqual({ problem: expect.stringMatching(expected) });
  });
});
