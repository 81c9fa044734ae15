import { bytesEqual, concatBytes, fromHex, toHex, type Bytes } from '../codec/bytes.js';
import { fail, ok, type Result } from '../codec/result.js';
import { ScaleReader } from '../codec/scaleReader.js';
import type { DirectorVote } from '../gateway/model.js';
import { sha256, verifyEd25519 } from './crypto.js';
import { DomainTag } from './domainTag.js';

const roundBytes = 80;
const embeddingBytes = 512;
const framesMax = 100_000;

/** What the directors of a slot agreed about: all of it from a proven certificate and its recipe. */
export interface Round {
  readonly chainId: string;
  readonly epoch: number;
  readonly contentRoot: string;
  readonly embeddingHash: string;
  readonly frameCount: number | null;
  readonly directorKeys: readonly string[];
}

/** What one director committed to, and whether it is what it showed afterwards. */
export interface Opening {
  /** The director's key (hex). */
  readonly key: string;
  /** `silent`: it said nothing. `sealed`: it signed a commitment and never opened it. `opened`: signature, commitment and frames hold. */
  readonly state: 'silent' | 'sealed' | 'opened' | 'wrong';
  /** What is wrong. */
  readonly reason: string | null;
  /** The frames that it had to make again, as its nonce says. */
  readonly frames: readonly number[];
}

export interface Agreement {
  /** In the order of `directorKeys`. */
  readonly openings: readonly Opening[];
  /** Place of the first director whose opened embedding is the one in the certificate; null when there is none. */
  readonly canonical: number | null;
}

/** Checks the commitments of a slot's directors and what opened them (docs/formats.md sections 8 and 10). */
export async function checkAgreement(round: Round, slot: number, directors: readonly DirectorVote[]): Promise<Agreement> {
  const checked = await Promise.all(round.directorKeys.map(key => checkOpening(round, slot, key, directors.find(director => director.key === key))));
  const canonical = checked.findIndex(({ embeddingHash }) => embeddingHash === round.embeddingHash);
  return { openings: checked.map(({ opening }) => opening), canonical: canonical < 0 ? null : canonical };
}

/**
 * Draws different frames of a clip in rising order; all of them when there are not more. Four draws from each SHA-256 of tag, secret, content
 * root and block number, with rejection of what would make some frames likelier.
 */
export async function drawFrames(secret: Bytes, contentRoot: Bytes, frameCount: number, sampleCount: number): Promise<number[]> {
  if (sampleCount >= frameCount) return Array.from({ length: frameCount }, (_, frame) => frame);
  const limit = 2n ** 64n - (2n ** 64n % BigInt(frameCount));
  const drawn = new Set<number>();
  for (let block = 0; drawn.size < sampleCount; block++) {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, block, true);
    const random = new DataView((await sha256(concatBytes([DomainTag.frameSample, secret, contentRoot, number]))).buffer);
    for (let i = 0; i < 4 && drawn.size < sampleCount; i++) {
      const value = random.getBigUint64(i * 8, true);
      if (value < limit) drawn.add(Number(value % BigInt(frameCount)));
    }
  }
  return [...drawn].sort((a, b) => a - b);
}

interface Checked {
  readonly opening: Opening;
  readonly embeddingHash: string | null;
}

async function checkOpening(round: Round, slot: number, keyHex: string, said: DirectorVote | undefined): Promise<Checked> {
  const none = (state: Opening['state'], reason: string | null = null): Checked => ({ opening: { key: keyHex, state, reason, frames: [] }, embeddingHash: null });
  if (said?.commit == null) return none(said?.reveal == null ? 'silent' : 'wrong', said?.reveal == null ? null : 'it opens a commitment that is not there');
  const key = fromHex(keyHex, 32)!;
  const commit = parseMessage(said.commit, 0, 64);
  if (!commit.ok) return none('wrong', `the commitment is malformed: ${commit.reason}`);
  const about = checkPlace(commit.value, round, slot, key);
  if (about !== null) return none('wrong', `the commitment ${about}`);
  const [commitment, signature] = [commit.value.first, commit.value.second];
  const signed = concatBytes([DomainTag.commitMessage, key, commit.value.round, commitment]);
  if (!(await verifyEd25519(keyHex, key, signature, signed))) return none('wrong', 'the signature of the commitment is not valid');

  if (said.reveal == null) return none('sealed');
  const reveal = parseMessage(said.reveal, 1, embeddingBytes);
  if (!reveal.ok) return none('wrong', `what opens it is malformed: ${reveal.reason}`);
  const [nonce, embedding] = [reveal.value.first, reveal.value.second];
  const embeddingHash = await sha256(concatBytes([DomainTag.embedding, embedding]));
  const opened = await sha256(concatBytes([DomainTag.commitment, key, commit.value.round, nonce, embeddingHash]));
  if (!bytesEqual(reveal.value.director, key) || !bytesEqual(reveal.value.round, commit.value.round) || !bytesEqual(opened, commitment)) {
    return none('wrong', 'what it showed is not what it had committed to');
  }
  const frames = await checkFrames(nonce, round, said.frames ?? []);
  if (frames === null) return none('wrong', 'the frames are not those that follow from its commitment');
  return { opening: { key: keyHex, state: 'opened', reason: null, frames }, embeddingHash: toHex(embeddingHash) };
}

/** The frames that follow from the nonce, or null when it names others. Before the recipe has told how many there are, none are known. */
async function checkFrames(nonce: Bytes, round: Round, said: readonly number[]): Promise<readonly number[] | null> {
  const { frameCount } = round;
  if (frameCount === null || frameCount < 1 || frameCount > framesMax || said.length === 0) return [];
  if (said.length > frameCount) return null;
  const drawn = await drawFrames(nonce, fromHex(round.contentRoot, 32)!, frameCount, said.length);
  return drawn.every((frame, i) => frame === said[i]) ? drawn : null;
}

interface Message {
  readonly director: Bytes;
  readonly round: Bytes;
  readonly first: Bytes;
  readonly second: Bytes;
}

/** One byte for the kind, director, round, 32 bytes, and whatever the kind ends with. */
function parseMessage(hex: string, kind: number, lastBytes: number): Result<Message> {
  const bytes = fromHex(hex);
  if (bytes === null) return fail('it is not hex');
  const reader = new ScaleReader(bytes);
  if (reader.u8('kind') !== kind) reader.reject('it is of another kind');
  const message = { director: reader.fixed(32, 'director'), round: reader.fixed(roundBytes, 'round'), first: reader.fixed(32, 'hash or nonce'), second: reader.fixed(lastBytes, 'last field') };
  reader.end();
  return reader.error === null ? ok(message) : fail(reader.error);
}

/** What a message says it is about must be what the certificate is about. */
function checkPlace(message: Message, round: Round, slot: number, key: Bytes): string | null {
  if (!bytesEqual(message.director, key)) return 'is another director’s';
  const reader = new ScaleReader(message.round);
  const same =
    toHex(reader.fixed(32, 'chain id')) === round.chainId && reader.u64('epoch') === round.epoch && reader.u64('slot') === slot &&
    toHex(reader.fixed(32, 'content root')) === round.contentRoot;
  return same ? null : 'is about something else';
}
