import { classifyFailure } from './classify-failure';
import type { GitErrorKind } from './git-error';

const SSH_END = 'fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights';
const http = (words: string): string => `fatal: unable to access 'https://x/r.git/': ${words}`;
const status = (code: number): string => http(`The requested URL returned error: ${code}`);

const FETCH: readonly (readonly [GitErrorKind, string])[] = [
  [
    'host_key',
    `No ED25519 host key is known for [h]:22 and you have requested strict checking.\nHost key verification failed.\n${SSH_END}`,
  ],
  [
    'host_key_changed',
    `@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.\n${SSH_END}`,
  ],
  [
    'key_open',
    `@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\nLoad key "k": bad permissions\nPermission denied (publickey).\n${SSH_END}`,
  ],
  ['key_missing', `no such identity: /k: No such file or directory\nu@h: Permission denied (publickey).\n${SSH_END}`],
  ['key_missing', `Load key "/k": Permission denied\nu@h: Permission denied (publickey).\n${SSH_END}`],
  ['key_invalid', `Load key "/k": error in libcrypto\nu@h: Permission denied (publickey).\n${SSH_END}`],
  ['key_invalid', `Load key "/k": invalid format\nu@h: Permission denied (publickey).\n${SSH_END}`],
  ['denied', `git@github.com: Permission denied (publickey).\n${SSH_END}`],
  ['denied', "fatal: could not read Username for 'https://x': terminal prompts disabled"],
  ['denied', status(403)],
  ['foreign', "fatal: detected dubious ownership in repository at '/r.git'"],
  ['not_found', 'ERROR: Repository not found.\nfatal: Could not read from remote repository.'],
  ['not_found', `fatal: '/none.git' does not appear to be a git repository\n${SSH_END}`],
  ['not_found', "fatal: repository 'https://x/none.git/' not found"],
  ['branch_gone', "fatal: couldn't find remote ref refs/heads/none"],
  ['object_format', 'fatal: mismatched algorithms: client sha1; server sha256'],
  ['redirected', status(302)],
  ['redirected', status(308)],
  ['busy', status(429)],
  ['server_error', status(500)],
  ['server_error', status(503)],
  ['not_git', 'fatal: protocol error: bad line length character: <htm'],
  ['certificate', http('server certificate verification failed. CAfile: none CRLfile: none')],
  ['certificate', http('SSL certificate problem: unable to get local issuer certificate')],
  ['certificate', http('SSL certificate problem: certificate has expired')],
  ['certificate', http("SSL: certificate subject name (a) does not match target host name 'b'")],
  ['certificate', http('Problem with the SSL CA cert (path? access rights?)')],
  ['interrupted', http('gnutls_handshake() failed: Internal error')],
  ['interrupted', http('Empty reply from server')],
  ['interrupted', http('Recv failure: Connection reset by peer')],
  ['interrupted', http('transfer closed with 970 bytes remaining to read')],
  ['interrupted', `Connection closed by 127.0.0.1 port 22\n${SSH_END}`],
  ['interrupted', 'error: RPC failed; curl 56 Recv failure\nfatal: expected flush after ref listing'],
  ['unresolved', http('Could not resolve host: x')],
  ['unresolved', `ssh: Could not resolve hostname x: Name or service not known\n${SSH_END}`],
  ['unreachable', http("Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server")],
  ['unreachable', `ssh: connect to host x port 22: Connection refused\n${SSH_END}`],
  ['unreachable', `ssh: connect to host x port 22: Connection timed out\n${SSH_END}`],
  ['full_here', 'fatal: unable to write loose object file: No space left on device\nfatal: unpack-objects failed'],
  ['full_here', 'fatal: write error: File too large\nfatal: index-pack failed'],
  ['full', 'remote: fatal: write error: No space left on device\nfatal: the remote end hung up unexpectedly'],
  ['rejected', "fatal: Unable to create '/r/refs/heads/main.lock': File exists."],
  [
    'corrupt',
    'error: object file objects/aa/bb is empty\nfatal: loose object aabb (stored in objects/aa/bb) is corrupt',
  ],
  ['corrupt', 'fatal: bad object refs/remotes/x/main\nerror: /r.git did not send all necessary objects'],
  [
    'unwritable_here',
    'error: insufficient permission for adding an object to repository database /m.git/objects\nfatal: failed to write object\nfatal: unpack-objects failed',
  ],
  [
    'unwritable_here',
    "error: cannot lock ref 'refs/remotes/x/main': Unable to create '/m.git/refs/remotes/x/main.lock': Permission denied",
  ],
  [
    'unwritable_here',
    "fatal: Unable to create temporary file '/m.git/objects/pack/tmp_pack_XXXXXX': Read-only file system",
  ],
  ['denied', 'remote: error: insufficient permission for adding an object to repository database ./objects'],
  ['unknown', 'fatal: something nobody thought of'],
];

/** What hooks and rules print, and the reason in the report of the push. */
const DECLINED: readonly (readonly [GitErrorKind, reason: string, ...remote: string[]])[] = [
  [
    'protected',
    'protected branch hook declined',
    'error: GH006: Protected branch update failed for refs/heads/main.',
    'error: Required status check "ci" is expected.',
  ],
  [
    'protected',
    'push declined due to repository rule violations',
    'error: GH013: Repository rule violations found for refs/heads/main.',
    '- Changes must be made through a pull request.',
  ],
  [
    'protected',
    'pre-receive hook declined',
    'GitLab: You are not allowed to push code to protected branches on this project.',
  ],
  ['protected', 'pre-receive hook declined', 'Gitea: Not allowed to push to protected branch main'],
  ['protected', 'pre-receive hook declined', 'Branch refs/heads/main can only be modified through a pull request.'],
  [
    'protected',
    'TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.',
  ],
  [
    'unsigned',
    'push declined due to repository rule violations',
    'error: GH013: Repository rule violations found for refs/heads/main.',
    '- Commits must have verified signatures.',
  ],
  [
    'unsigned',
    'protected branch hook declined',
    'error: GH006: Protected branch update failed for refs/heads/main.',
    'error: Commits must have verified signatures.',
  ],
  ['unsigned', 'pre-receive hook declined', 'GitLab: Commit must be signed with a GPG key'],
  ['unsigned', 'pre-receive hook declined', 'Gitea: branch main is protected from unverified commit 1234'],
  [
    'secret_found',
    'push declined due to repository rule violations',
    'error: GH013: Repository rule violations found for refs/heads/main.',
    '- GITHUB PUSH PROTECTION',
    '  —— Push cannot contain secrets',
  ],
  ['secret_found', 'pre-receive hook declined', 'PUSH BLOCKED: Secrets detected in code changes'],
  [
    'full',
    'pre-receive hook declined',
    'GitLab: Your push to this repository would cause it to exceed the allocated storage for your project.',
  ],
  ['read_only', 'pre-receive hook declined', "GitLab: You can't push code to a read-only GitLab instance."],
  [
    'declined',
    'push declined due to repository rule violations',
    'error: GH013: Repository rule violations found for refs/heads/main.',
    '- Commit message must match a given regex pattern',
  ],
  ['declined', 'pre-receive hook declined', 'No space left on device: authentication failed'],
  ['declined', 'hook declined'],
];

/** Pushes that no rule of the remote declined: nothing but stderr says why. */
const PUSH: readonly (readonly [GitErrorKind, string])[] = [
  [
    'full',
    'remote: fatal: unable to write loose object file: No space left on device\nerror: remote unpack failed: unpack-objects abnormal exit',
  ],
  ['full', 'error: unpack-objects died of signal 25\nerror: remote unpack failed: unpack-objects abnormal exit'],
  ['unwritable', 'error: remote unpack failed: unable to create temporary object directory'],
  [
    'denied',
    'remote: Permission to a/b.git denied to bot.\nfatal: unable to access: The requested URL returned error: 403',
  ],
  [
    'denied',
    'remote: You are not allowed to push code to this project.\nfatal: unable to access: The requested URL returned error: 403',
  ],
  [
    'read_only',
    'remote: This repository was archived so it is read-only.\nfatal: unable to access: The requested URL returned error: 403',
  ],
  ['read_only', 'ERROR: The key you are authenticating with has been marked as read only.'],
  ['not_git', 'error: no DAV locking support on http://x/\nfatal: git-http-push failed'],
  [
    'interrupted',
    'error: RPC failed; HTTP 0 curl 56 Recv failure\nsend-pack: unexpected disconnect while reading sideband packet',
  ],
  [
    'server_error',
    'error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nsend-pack: unexpected disconnect',
  ],
];

/** What commands say that never leave this machine. */
const LOCAL: readonly (readonly [GitErrorKind, command: string, stderr: string])[] = [
  [
    'unwritable_here',
    'update-ref',
    "fatal: prepare: cannot lock ref 'refs/heads/main': Unable to create '/g.git/refs/heads/main.lock': Permission denied",
  ],
  [
    'unwritable_here',
    'fast-import',
    "fatal: Unable to create temporary file '/g.git/objects/pack/tmp_pack_XXXXXX': Permission denied",
  ],
  ['unwritable_here', 'config', 'error: could not lock config file /g.git/config: Read-only file system'],
  ['corrupt', 'fast-import', "fatal: Can't load tree 61df2c90668bba8301ee2cc87ba9cd720c0b7748"],
  [
    'corrupt',
    'log',
    'error: Could not read 03a6e97c34092b5b4b4b9bffd491264a8759ccf9\nfatal: Failed to traverse parents of commit 2e8a8ddc18629c5add02cb93f6d23cfb9ea2d80c',
  ],
];

describe('classifyFailure', () => {
  it.each(LOCAL)('%s, in %s: %s', (kind, command, stderr) => {
    expect(classifyFailure({ command, stderr })).toBe(kind);
  });

  it.each(FETCH)('%s: %s', (kind, stderr) => {
    expect(classifyFailure({ command: 'fetch', stderr })).toBe(kind);
  });

  it.each(PUSH)('%s, in a push: %s', (kind, stderr) => {
    expect(classifyFailure({ command: 'push', stderr })).toBe(kind);
  });

  it.each(DECLINED)('%s: %s', (kind, reason, ...remote) => {
    const stderr = `${remote.map((line) => `remote: ${line}        `).join('\n')}\nerror: failed to push some refs to 'x'`;
    const report = `error: HEAD:refs/heads/main [remote rejected] (${reason})`;
    expect(classifyFailure({ command: 'push', stderr, report })).toBe(kind);
  });

  it.each(['stale info', 'fetch first', 'non-fast-forward', 'cannot lock ref', 'failed to update ref'])(
    'takes the report "%s" for a lost race, whatever else was printed',
    (reason) => {
      const report = `error: HEAD:refs/heads/main [rejected] (${reason})`;
      const stderr = 'remote: warning: no space left on device, authentication failed';
      expect(classifyFailure({ command: 'push', stderr, report })).toBe('rejected');
    },
  );
});
