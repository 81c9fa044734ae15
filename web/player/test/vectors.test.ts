import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, type Bytes } from '../src/codec/bytes.js';
import { ScaleReader } from '../src/codec/scaleReader.js';
import { checkAgreement, drawFrames } from '../src/verify/agreement.js';
import { checkCertificate, parseCertificate } from '../src/verify/certificate.js';
import { checkChunk, parseChunk } from '../src/verify/chunk.js';
import { verifyEd25519 } from '../src/verify/crypto.js';
import { hashLeaf, verifyProof } from '../src/verify/merkle.js';
import { checkRecipe } from '../src/verify/recipe.js';
import type { DirectorSet } from '../src/verify/trust.js';

// The golden vectors that the C# side is tested against as well: both must read the same bytes in the same way.
const folder = new URL('../../../Protocol/vectors/', import.meta.url);
const load = <T>(name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
const bytes = (hex: string): Bytes => fromHex(hex)!;

interface Refused {
  readonly what: string;
  readonly error: string;
  readonly encoded: string;
}

describe.skipIf(!existsSync(folder))('golden vectors', () => {
  const certificates = load<{
    chainId: string; epoch: string; slot: string; directors: string[]; signedBytes: string; contentRoot: string;
    good: { places: number[]; verdict: number; encoded: string }[]; refused: Refused[];
  }>('certificate.json');
  const directors: DirectorSet = { epoch: Number(certificates.epoch), keys: certificates.directors.map(key => `0x${key}`), names: new Map(), source: 'pinned', witnesses: 0 };

  it.each(certificates.good)('certificate of directors $places with verdict $verdict', async ({ places, verdict, encoded }) => {
    const parsed = parseCertificate(bytes(encoded));
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(parsed.value.signatures.map(signature => signature.place)).toEqual(places);
    expect(parsed.value.statement).toMatchObject({ epoch: Number(certificates.epoch), slot: Number(certificates.slot), verdict });
    if (verdict === 0) expect(toHex(parsed.value.message)).toBe(`0x${certificates.signedBytes}`);
    const checked = await checkCertificate(parsed.value, directors, 3);
    expect(checked.ok).toBe(verdict === 0);
  });

  it.each(certificates.refused)('certificate refused: $what ($error)', async ({ encoded }) => {
    const parsed = parseCertificate(bytes(encoded));
    if (!parsed.ok) return;
    const { statement } = parsed.value;
    const elsewhere = toHex(statement.chainId) !== `0x${certificates.chainId}` || statement.epoch !== directors.epoch || statement.slot !== Number(certificates.slot);
    expect(elsewhere || !(await checkCertificate(parsed.value, directors, 3)).ok).toBe(true);
  });

  const chunks = load<{ slot: string; contentRoot: string; segments: string[]; chunks: { leafIndex: number; segmentIndex: number; leafHash: string; encoded: string }[]; refused: Refused[] }>('chunks.json');

  it.each(chunks.chunks)('chunk $leafIndex', async ({ leafIndex, segmentIndex, leafHash, encoded }) => {
    const parsed = parseChunk(bytes(encoded));
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(parsed.value.header).toMatchObject({ leafIndex, segmentIndex, slot: Number(chunks.slot), leafCount: chunks.chunks.length });
    expect(toHex(await hashLeaf(parsed.value.descriptor))).toBe(`0x${leafHash}`);
    expect(await checkChunk(parsed.value, bytes(chunks.contentRoot), null)).toBeNull();
  });

  it.each(chunks.refused)('chunk refused: $what ($error)', async ({ encoded }) => {
    const parsed = parseChunk(bytes(encoded));
    if (!parsed.ok) return;
    const fault = parsed.value.header.slot !== Number(chunks.slot) ? 'slot' : await checkChunk(parsed.value, bytes(chunks.contentRoot), null);
    expect(fault).not.toBeNull();
  });

  it('segments are the joined payloads', () => {
    const joined = chunks.segments.map(() => '');
    for (const { segmentIndex, encoded } of chunks.chunks) {
      const parsed = parseChunk(bytes(encoded));
      if (parsed.ok) joined[segmentIndex] += toHex(parsed.value.payload).slice(2);
    }
    expect(joined).toEqual(chunks.segments);
  });

  const merkle = load<{ trees: { count: number; data: string[]; root: string; proofs: string[][] }[] }>('merkle.json');

  it.each(merkle.trees)('Merkle tree of $count', async ({ count, data, root, proofs }) => {
    for (let index = 0; index < count; index++) {
      const leaf = await hashLeaf(bytes(data[index]!));
      const proof = proofs[index]!.map(bytes);
      expect(await verifyProof(bytes(root), leaf, index, count, proof)).toBe(true);
      expect(await verifyProof(bytes(root), leaf, index, count + 1, proof)).toBe(false);
      expect(await verifyProof(bytes(root), leaf, (index + 1) % Math.max(2, count), count, proof)).toBe(false);
    }
  });

  const recipes = load<{ cases: { json: { recipe_id: string; visual_track: { prompt: string }; audio_track: { script: string } }; canonical: string; hash: string }[] }>('recipe.json');

  it.each(recipes.cases)('recipe $json.recipe_id', async ({ json, canonical, hash }) => {
    const checked = await checkRecipe(bytes(canonical), bytes(hash));
    if (!checked.ok) throw new Error(checked.reason);
    expect(checked.value).toMatchObject({ id: json.recipe_id, prompt: json.visual_track.prompt, script: json.audio_track.script });
    const other = bytes(canonical);
    other[4]! ^= 1;
    expect((await checkRecipe(other, bytes(hash))).ok).toBe(false);
  });

  const consensus = load<{
    chainId: string; epoch: string; slot: string; directors: string[]; commits: string[]; reveals: string[]; canonical: { place: number; hash: string }; certificate: string;
  }>('consensus.json');
  const hex = (digits: string) => `0x${digits}`;
  const round = () => {
    const parsed = parseCertificate(bytes(consensus.certificate));
    if (!parsed.ok) throw new Error(parsed.reason);
    const { statement } = parsed.value;
    return {
      chainId: toHex(statement.chainId), epoch: statement.epoch, contentRoot: toHex(statement.contentRoot), embeddingHash: toHex(statement.embeddingHash),
      frameCount: null, directorKeys: consensus.directors.map(hex),
    };
  };
  const votes = () => consensus.directors.map((key, place) => ({ key: hex(key), verdict: 'accept' as const, commit: hex(consensus.commits[place]!), reveal: hex(consensus.reveals[place]!) }));

  it('commitments and what opens them', async () => {
    expect(await checkAgreement(round(), Number(consensus.slot), votes())).toEqual({
      openings: consensus.directors.map(key => ({ key: hex(key), state: 'opened', reason: null, frames: [] })),
      canonical: consensus.canonical.place,
    });
    expect(round().embeddingHash).toBe(hex(consensus.canonical.hash));
  });

  // One bit anywhere in a message is one too many: kind, director, round, commitment, signature; nonce, embedding.
  it.each([['commit', [0, 1, 33, 112, 113, 145, 208]], ['reveal', [0, 1, 33, 112, 113, 145, 656]]] as const)('a %s of which a bit is another', async (message, places) => {
    for (const at of places) {
      const said = votes();
      const changed = bytes(said[2]![message]);
      changed[at]! ^= 1;
      said[2] = { ...said[2]!, [message]: toHex(changed) };
      const { openings } = await checkAgreement(round(), Number(consensus.slot), said);
      expect(openings.map(opening => opening.state), `byte ${at}`).toEqual(['opened', 'opened', 'wrong', 'opened', 'opened']);
      expect(openings[2]!.reason).not.toBeNull();
    }
  });

  it('messages about another slot, another content or by other directors', async () => {
    const states = async (changed: object, slot = Number(consensus.slot)) => new Set((await checkAgreement({ ...round(), ...changed }, slot, votes())).openings.map(opening => opening.state));
    expect(await states({}, 1)).toEqual(new Set(['wrong']));
    expect(await states({ epoch: 1 })).toEqual(new Set(['wrong']));
    expect(await states({ contentRoot: round().chainId })).toEqual(new Set(['wrong']));
    expect(await states({ chainId: round().contentRoot })).toEqual(new Set(['wrong']));
    expect(await states({ directorKeys: consensus.commits.map(commit => hex(commit.slice(0, 64))) })).toEqual(new Set(['silent']));
    expect((await checkAgreement({ ...round(), embeddingHash: round().chainId }, Number(consensus.slot), votes())).canonical).toBeNull();
  });

  it('says who was silent, who opened nothing, and who opened what it had not committed to', async () => {
    const said = votes().map((vote, place) => [{}, { commit: null, reveal: null }, { reveal: null }, { commit: null }, { frames: [3] }].map(change => ({ ...vote, ...change }))[place]!);
    const { openings } = await checkAgreement({ ...round(), frameCount: 192 }, Number(consensus.slot), said);
    expect(openings.map(opening => opening.state)).toEqual(['opened', 'silent', 'sealed', 'wrong', 'wrong']);
    expect(openings[4]!.reason).toMatch(/frames/);
  });

  const draws = load<{ frames: { secret: string; contentRoot: string; count: number; sample: number; frames: number[] }[] }>('draws.json');

  it.each(draws.frames)('$sample frames drawn of $count', async ({ secret, contentRoot, count, sample, frames }) => {
    expect(await drawFrames(bytes(secret), bytes(contentRoot), count, sample)).toEqual(frames);
  });

  const keys = load<{ cases: { publicKey: string; message: string; signature: string }[] }>('keys.json');

  it.each(keys.cases)('Ed25519 signature of $publicKey', async ({ publicKey, message, signature }) => {
    expect(await verifyEd25519(publicKey, bytes(publicKey), bytes(signature), bytes(message))).toBe(true);
    const other = bytes(signature);
    other[10]! ^= 1;
    expect(await verifyEd25519(publicKey, bytes(publicKey), other, bytes(message))).toBe(false);
  });

  const scale = load<{ compact: { value: string; hex: string }[]; refusedCompact: string[]; strings: { value: string; hex: string }[] }>('scale.json');

  it.each(scale.compact.filter(({ value }) => Number(value) < 2 ** 32))('compact $value', ({ value, hex }) => {
    const reader = new ScaleReader(bytes(hex));
    expect(reader.compact(2 ** 32, 'n')).toBe(Number(value));
    reader.end();
    expect(reader.error).toBeNull();
  });

  it.each(scale.refusedCompact)('compact refused: %s', hex => {
    const reader = new ScaleReader(bytes(hex));
    reader.compact(Number.MAX_SAFE_INTEGER, 'n');
    reader.end();
    expect(reader.error).not.toBeNull();
  });

  it.each(scale.strings)('string $value', ({ value, hex }) => {
    const reader = new ScaleReader(bytes(hex));
    expect(reader.text(1000, 's')).toBe(value);
    expect(reader.error).toBeNull();
  });
});
