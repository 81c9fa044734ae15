import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, toHex, type Bytes } from '../src/codec/bytes.js';
import type { SlotSummary } from '../src/gateway/model.js';
import { DirectorLibrary } from '../src/verify/directorLibrary.js';
import { newCounters, SlotVerifier } from '../src/verify/slotVerifier.js';
import { DirectorTrust, type TrustOptions } from '../src/verify/trust.js';
import { chainId, directorsJson, flip, makeDirectors, makeSlot, recipeBody, type Director, type MadeSlot } from './studio.js';

const headerBytes = 107;
let directors: Director[];
let strangers: Director[];
let made: MadeSlot;

const segments = Array.from({ length: 3 }, (_, i) => ({
  bytes: new Uint8Array(2_500).fill(i + 1) as Bytes,
  startMilliseconds: i * 1000,
  durationMilliseconds: 1000,
}));

const make = (changes: object = {}) =>
  makeSlot({ slot: 42, epoch: 3, directors, segments, recipe: { prompt: 'a red fox in a bakery', script: 'Fresh bread!' }, chunkBytes: 1_000, ...changes });

beforeAll(async () => {
  directors = await makeDirectors();
  strangers = await makeDirectors();
  made = await make();
});

interface Setup {
  readonly known?: readonly Director[];
  readonly summary?: Partial<SlotSummary>;
  readonly trust?: TrustOptions;
  readonly chain?: string;
}

function verifier({ known = directors, summary = {}, trust = {}, chain = toHex(chainId) }: Setup = {}) {
  const library = new DirectorLibrary(new DirectorTrust(trust, () => Promise.reject(new Error('no witness'))), epoch =>
    Promise.resolve(directorsJson(epoch, known)),
  );
  const seen: number[] = [];
  const counters = newCounters();
  let described: SlotSummary = { slot: 42, epoch: 3, kind: 'certified', state: 'certified', ...summary };
  const subject = new SlotVerifier(
    42,
    () => described,
    { chainId: chain, threshold: 3, counters, directors: epoch => library.directors(epoch) },
    { verified: header => seen.push(header.leafIndex), changed: () => undefined },
  );
  /** The gateway says something else about the slot. */
  const announce = (change: Partial<SlotSummary>) => void (described = { ...described, ...change });
  return { subject, seen, counters, announce };
}

async function feed(setup: ReturnType<typeof verifier>, slot: { certificate?: Bytes | null; recipe?: Bytes | null; chunks?: readonly Bytes[] } = {}) {
  const { subject } = setup;
  const certificate = slot.certificate === undefined ? made.certificate : slot.certificate;
  const recipe = slot.recipe === undefined ? made.recipe : slot.recipe;
  if (certificate !== null) subject.offerCertificate(certificate);
  if (recipe !== null) subject.offerRecipe(recipe);
  for (const chunk of slot.chunks ?? made.chunks) subject.offerChunk(chunk);
  await subject.settled();
}

describe('an honest slot', () => {
  it('is certified, with its prompt from the signed recipe and every chunk given out in order', async () => {
    const setup = verifier();
    await feed(setup);
    expect(setup.subject.reason).toBeNull();
    expect(setup.subject.verdict).toBe('certified');
    expect(setup.subject.recipe).toMatchObject({ prompt: 'a red fox in a bakery', script: 'Fresh bread!' });
    expect(setup.seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(setup.subject.check?.signers).toHaveLength(4);
    expect(setup.subject.check?.trust).toBe('gateway');
    expect(setup.counters).toMatchObject({ certificates: 1, signatures: 4, chunks: 9, failures: 0 });
  });

  it.each([1, 2, 3, 5, 8, 13])('proves trees of any shape: %i chunks', async count => {
    const slot = await make({ segments: segments.slice(0, 1).map(s => ({ ...s, bytes: new Uint8Array(count * 10) as Bytes })), chunkBytes: 10 });
    const setup = verifier();
    await feed(setup, slot);
    expect(setup.subject.reason).toBeNull();
    expect(setup.seen).toHaveLength(count);
  });

  it('counts a chunk once, however often it comes', async () => {
    const setup = verifier();
    await feed(setup);
    await feed(setup, { certificate: null, recipe: null, chunks: made.chunks.slice(0, 4) });
    expect(setup.subject.chunksVerified).toBe(9);
  });

  it('holds chunks back until the certificate is proven', async () => {
    const setup = verifier();
    await feed(setup, { certificate: null });
    expect(setup.subject.verdict).toBe('checking');
    expect(setup.seen).toEqual([]);
    setup.subject.offerCertificate(made.certificate);
    await setup.subject.settled();
    expect(setup.seen).toHaveLength(9);
  });

  it('accepts another selection of votes for the same statement', async () => {
    const setup = verifier();
    await feed(setup);
    setup.subject.offerCertificate((await make({ signers: [0, 2, 4] })).certificate);
    await setup.subject.settled();
    expect(setup.subject.verdict).toBe('certified');
  });
});

describe('a slot is broken', () => {
  const chunks = (index: number, spoil: (chunk: Bytes) => Bytes) => made.chunks.map((chunk, i) => (i === index ? spoil(chunk) : chunk));

  it('when one bit of a payload is turned, and nothing after it is given out', async () => {
    const setup = verifier();
    await feed(setup, { chunks: chunks(4, chunk => flip(chunk, -1)) });
    expect(setup.subject.verdict).toBe('broken');
    expect(setup.subject.reason).toMatch(/chunk 4: its bytes/);
    expect(setup.seen).toEqual([0, 1, 2, 3]);
    expect(setup.counters.failures).toBe(1);
  });

  it.each([
    ['content root', 12], ['leaf count', 42], ['leaf index', 46], ['kind', 50], ['segment index', 51], ['chunk index', 55],
    ['chunk count', 59], ['start', 63], ['duration', 67], ['payload length', 71], ['payload hash', 90], ['proof', headerBytes + 5],
  ])('when the %s of a chunk is changed', async (_, offset) => {
    const setup = verifier();
    await feed(setup, { chunks: chunks(4, chunk => flip(chunk, offset)) });
    expect(setup.subject.verdict).toBe('broken');
    expect(setup.seen).not.toContain(4);
  });

  it('when a chunk of another clip is slipped in with its own valid proof', async () => {
    const other = await make({ segments: segments.map(s => ({ ...s, bytes: flip(s.bytes, 0) })) });
    const setup = verifier();
    await feed(setup, { chunks: [made.chunks[0]!, other.chunks[1]!] });
    expect(setup.subject.reason).toMatch(/other content/);
  });

  it('when every truncation of a chunk or a certificate arrives, without ever throwing', async () => {
    const chunk = made.chunks[4]!;
    for (const length of [0, 1, 49, 106, 107, 108, 200, chunk.length - 1]) {
      const setup = verifier();
      await feed(setup, { chunks: [chunk.subarray(0, length) as Bytes] });
      expect(setup.subject.verdict, `chunk cut to ${length}`).toBe('broken');
    }
    for (let length = 0; length < made.certificate.length; length += 37) {
      const setup = verifier();
      await feed(setup, { certificate: made.certificate.subarray(0, length) as Bytes });
      expect(setup.subject.verdict, `certificate cut to ${length}`).toBe('broken');
      expect(setup.seen).toEqual([]);
    }
  });

  it('when bytes follow the certificate or a chunk', async () => {
    const first = verifier();
    await feed(first, { certificate: concatBytes([made.certificate, Uint8Array.of(0)]) });
    expect(first.subject.verdict).toBe('broken');
    const second = verifier();
    await feed(second, { chunks: [concatBytes([made.chunks[0]!, Uint8Array.of(0)])] });
    expect(second.subject.verdict).toBe('broken');
  });

  it.each([0, 1, 32, 33, 40, 41, 49, 81, 113, 145, 177, 178, 179, 300])('when byte %i of the certificate is changed', async offset => {
    const setup = verifier();
    await feed(setup, { certificate: flip(made.certificate, offset) });
    expect(setup.subject.verdict).toBe('broken');
    expect(setup.seen).toEqual([]);
  });

  it('when strangers signed', async () => {
    const setup = verifier();
    await feed(setup, await make({ directors: strangers }));
    expect(setup.subject.reason).toMatch(/signature of director/);
  });

  it('when two directors and one stranger signed', async () => {
    const mixed = [directors[0]!, directors[1]!, strangers[2]!, directors[3]!, directors[4]!];
    const setup = verifier();
    await feed(setup, await make({ directors: mixed, signers: [0, 1, 2] }));
    expect(setup.subject.reason).toMatch(/director 3/);
  });

  it('when only two signed', async () => {
    const setup = verifier();
    await feed(setup, await make({ signers: [0, 1] }));
    expect(setup.subject.reason).toMatch(/2 votes/);
  });

  it('when the directors rejected the clip', async () => {
    const setup = verifier();
    await feed(setup, await make({ verdict: 2 }));
    expect(setup.subject.reason).toMatch(/rejected it \(scores\)/);
  });

  it('when the certificate is for another slot, epoch or chain', async () => {
    for (const [changes, pattern] of [
      [{ slot: 43 }, /slot 43/],
      [{ epoch: 4 }, /epoch 4/],
      [{ chainId: new Uint8Array(32) }, /another chain/],
    ] as const) {
      const setup = verifier();
      await feed(setup, await make(changes));
      expect(setup.subject.reason).toMatch(pattern);
    }
  });

  it('when the recipe is not the signed one', async () => {
    const setup = verifier();
    await feed(setup, { recipe: concatBytes([recipeBody({ prompt: 'something else' }), Uint8Array.of(0)]) });
    expect(setup.subject.reason).toMatch(/recipe/);
    expect(setup.subject.recipe).toBeNull();
  });

  it('when a second certificate contradicts the first', async () => {
    const setup = verifier();
    await feed(setup);
    setup.subject.offerCertificate((await make({ segments: segments.slice(0, 2) })).certificate);
    await setup.subject.settled();
    expect(setup.subject.reason).toMatch(/contradict/);
  });

  it('for good: nothing mends it', async () => {
    const setup = verifier();
    await feed(setup, { chunks: [flip(made.chunks[0]!, -1)] });
    await feed(setup);
    expect(setup.subject.verdict).toBe('broken');
    expect(setup.seen).toEqual([]);
  });
});

describe('pinned knowledge', () => {
  const keys = () => directors.map(director => toHex(director.key));

  it('wins over what the gateway says', async () => {
    const setup = verifier({ known: strangers, trust: { directors: { 3: keys() } } });
    await feed(setup, await make({ directors: strangers }));
    expect(setup.subject.reason).toMatch(/not the pinned ones/);
  });

  it('is named as the source when it agrees', async () => {
    const setup = verifier({ trust: { directors: { 3: keys() } } });
    await feed(setup);
    expect(setup.subject.check?.trust).toBe('pinned');
  });
});

describe('filler', () => {
  it('is given out with the verdict filler, never certified, even with a certificate', async () => {
    const setup = verifier({ summary: { kind: 'filler' } });
    await feed(setup);
    expect(setup.subject.verdict).toBe('filler');
    expect(setup.seen).toHaveLength(9);
  });

  it('is broken when its bytes do not match its own tree', async () => {
    const setup = verifier({ summary: { kind: 'filler' } });
    await feed(setup, { certificate: null, chunks: [flip(made.chunks[0]!, -1)] });
    expect(setup.subject.verdict).toBe('broken');
  });
});

describe('a slot that the gateway calls certified first and filler later, or the other way round', () => {
  const other = () => make({ segments: segments.map(segment => ({ ...segment, bytes: flip(segment.bytes, 0) })), directors: strangers });

  it('is broken when bytes that nobody signed follow certified ones', async () => {
    const setup = verifier();
    await feed(setup, { chunks: made.chunks.slice(0, 1) });
    setup.announce({ kind: 'filler' });
    await feed(setup, { certificate: null, recipe: null, chunks: (await other()).chunks.slice(1) });
    expect(setup.subject.verdict).toBe('broken');
    expect(setup.subject.reason).toMatch(/other content/);
    expect(setup.seen).toEqual([0]);
  });

  it('is filler, not certified, when the certificate holds and bytes that nobody signed follow', async () => {
    const setup = verifier();
    await feed(setup, { chunks: [] });
    expect(setup.subject.verdict).toBe('certified');
    setup.announce({ kind: 'filler' });
    await feed(setup, { certificate: null, recipe: null, chunks: (await other()).chunks });
    expect(setup.subject.verdict).toBe('filler');
    expect(setup.seen).toHaveLength(9);
  });

  it('stays filler when a good certificate comes after its bytes', async () => {
    const setup = verifier({ summary: { kind: 'filler' } });
    const { chunks } = await other();
    await feed(setup, { certificate: null, recipe: null, chunks: chunks.slice(0, 4) });
    setup.announce({ kind: 'certified' });
    await feed(setup, { chunks: chunks.slice(4) });
    expect(setup.subject.verdict).toBe('filler');
    expect(setup.seen).toHaveLength(9);
  });

  it('is certified when it was called filler before anything came', async () => {
    const setup = verifier({ summary: { kind: 'filler' } });
    await feed(setup, { chunks: [] });
    expect(setup.subject.verdict).toBe('checking');
    setup.announce({ kind: 'certified' });
    await feed(setup, { certificate: null, recipe: null });
    expect(setup.subject.verdict).toBe('certified');
    expect(setup.seen).toHaveLength(9);
  });
});

describe('random damage', () => {
  it('never throws and never passes', async () => {
    // A small deterministic generator: a failure can be repeated.
    let state = 12345;
    const next = (limit: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % limit;
    for (let round = 0; round < 150; round++) {
      const index = next(made.chunks.length);
      const damaged = flip(made.chunks[index]!, next(made.chunks[index]!.length));
      const setup = verifier();
      await feed(setup, { chunks: [damaged] });
      expect(setup.seen, `round ${round}`).toEqual([]);
      expect(setup.subject.verdict).toBe('broken');
    }
  });
});
