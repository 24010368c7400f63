import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { BROKEN_ZONE, TestDns } from '../../../test/support/test-dns';
import { readConfig } from '../config';
import { Dns } from './dns';
import type { Lookup } from './lookup';

const FILLERS = Array.from({ length: 60 }, (_, index) => `big.example.com. TXT "filler ${index} ${'x'.repeat(80)}"`);
const CHAIN = Array.from({ length: 12 }, (_, index) => `c${index}.example.com. CNAME c${index + 1}.example.com.`);

const RECORDS = [
  'one.example.com. TXT "the only one"',
  'many.example.com. TXT "v=spf1 -all"',
  'many.example.com. TXT "in " "three " "strings"',
  ...FILLERS,
  'big.example.com. TXT "the last"',
  'plain.example.com. A 127.0.0.1',
  'www.example.com. CNAME WWW2.Example.Com.',
  'www2.example.com. CNAME billing-api.apps.example.org.',
  'dangling.example.com. CNAME nobody.example.com.',
  'a.example.com. CNAME b.example.com.',
  'b.example.com. CNAME a.example.com.',
  'into.example.com. CNAME a.example.com.',
  'self.example.com. CNAME self.example.com.',
  ...CHAIN,
  `out.example.com. CNAME x.${BROKEN_ZONE}.`,
];
const TARGET = 'billing-api.apps.example.org';

let server: TestDns;
const dnsAt = (...addresses: string[]): Dns =>
  new Dns(readConfig({ MCTL_DNS_RESOLVERS: addresses.join(','), MCTL_DNS_TIMEOUT: '1s' }));
const ours = () => dnsAt(server.address);
const sorted = (lookup: Lookup) => (lookup.state === 'found' ? [...lookup.records].sort() : lookup.state);

beforeAll(async () => {
  server = await TestDns.start(...RECORDS);
});
afterAll(() => server?.stop());

describe('TXT records', () => {
  it('are read, the strings of one record joined', async () => {
    expect(await ours().txt('one.example.com')).toEqual({ state: 'found', records: ['the only one'] });
    expect(sorted(await ours().txt('many.example.com'))).toEqual(['in three strings', 'v=spf1 -all']);
  });

  it('are found under a name in any case', async () => {
    expect(await ours().txt('ONE.Example.COM')).toEqual({ state: 'found', records: ['the only one'] });
  });

  it('are all there where the answer did not fit into a datagram', async () => {
    const found = sorted(await ours().txt('big.example.com'));
    expect(found).toHaveLength(61);
    expect(found).toContain('the last');
  });

  it('are followed as they change, whatever was answered before', async () => {
    const dns = ours();
    expect(await dns.txt('new.example.com')).toEqual({ state: 'no_such_name' });
    await server.set(...RECORDS, 'new.example.com. TXT "here"');
    expect(await dns.txt('new.example.com')).toEqual({ state: 'found', records: ['here'] });
    await server.set(...RECORDS);
    expect(await dns.txt('new.example.com')).toEqual({ state: 'no_such_name' });
  });

  it.each([
    ['a name that does not exist', 'nobody.example.com', 'no_such_name'],
    ['a name without such a record', 'plain.example.com', 'no_records'],
    ['a zone that is broken', `x.${BROKEN_ZONE}`, 'servfail'],
    ['a zone of which the server knows nothing', 'x.example.edu', 'refused'],
  ])('%s is told apart', async (_, name, state) => {
    expect(await ours().txt(name)).toEqual({ state });
  });

  it('cannot be asked for under what is no name', async () => {
    expect(await ours().txt(`${'x'.repeat(64)}.example.com`)).toEqual({ state: 'bad_answer' });
  });
});

describe('a server in trouble', () => {
  it('that is silent is told from one that is not there', async () => {
    await server.freeze();
    try {
      expect(await ours().txt('one.example.com')).toEqual({ state: 'timeout' });
    } finally {
      server.resume();
    }
    expect(await dnsAt('127.0.0.1:9').txt('one.example.com')).toEqual({ state: 'unreachable' });
  });

  it('is passed over for the next one, and its negative answer is not', async () => {
    const other = await TestDns.start('one.example.com. TXT "from the other"');
    try {
      const found = { state: 'found', records: ['from the other'] };
      expect(await dnsAt('127.0.0.1:9', other.address).txt('one.example.com')).toEqual(found);
      expect(await dnsAt(other.address, server.address).txt('many.example.com')).toEqual({ state: 'no_such_name' });
      expect(await dnsAt(server.address, other.address).txt('x.example.edu')).toEqual({ state: 'refused' });
    } finally {
      await other.stop();
    }
  });

  describe('that cuts its answers off', () => {
    let liar: Socket;
    beforeEach(async () => {
      liar = createSocket('udp4').bind(0, '127.0.0.1');
      await once(liar, 'listening');
      liar.on('message', (question, from) => liar.send(cutOff(question), from.port, from.address));
    });
    afterEach(() => void liar.close());

    it('and cannot be asked over TCP has said nothing, though the record was in what came', async () => {
      const lookup = await dnsAt(`127.0.0.1:${liar.address().port}`).txt('one.example.com');
      expect(lookup.state).toMatch(/^(unreachable|timeout|bad_answer)$/);
    });
  });
});

describe('CNAME records', () => {
  it.each([
    ['to the target, in any case', 'www.example.com', ['www2.example.com', TARGET], 'target'],
    ['to a name that does not exist', 'dangling.example.com', ['nobody.example.com'], 'no_such_name'],
    ['to nothing', 'plain.example.com', [], 'end'],
    ['in a circle', 'a.example.com', ['b.example.com', 'a.example.com'], 'loop'],
    ['into a circle', 'into.example.com', ['a.example.com', 'b.example.com', 'a.example.com'], 'loop'],
    ['to themselves', 'self.example.com', ['self.example.com'], 'loop'],
    ['out to where DNS fails', 'out.example.com', [`x.${BROKEN_ZONE}`], 'servfail'],
    ['out to where nobody answers for it', 'www2.example.com', [TARGET], 'refused', 'elsewhere.example.org'],
  ])('are followed %s', async (_, name, names, end, target = TARGET) => {
    expect(await ours().cnames(name, target)).toEqual({ names, end });
  });

  it('are not followed without end', async () => {
    const { names, end } = await ours().cnames('c0.example.com', TARGET);
    expect([names.length, end]).toEqual([10, 'too_long']);
  });
});

it('asks the servers of this machine where none is named', () => {
  expect(dnsAt().servers).toEqual(require('node:dns').getServers());
});

/** An answer with the record, marked as cut off (TC). */
function cutOff(question: Buffer): Buffer {
  // Without what follows the question, i.e. its EDNS record.
  const end = question.indexOf(0, 12) + 5;
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(0x8600, 2);
  head.writeUInt16BE(1, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  const text = Buffer.from('the only one');
  const record = Buffer.concat([
    Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, text.length + 1, text.length]),
    text,
  ]);
  return Buffer.concat([head, record]);
}
