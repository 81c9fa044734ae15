import { concatBytes, toHex, utf8, type Bytes } from '../src/codec/bytes.js';
import { sha256 } from '../src/verify/crypto.js';
import { DomainTag } from '../src/verify/domainTag.js';
import { drawFrames } from '../src/verify/agreement.js';
import { hashLeaf, hashNode, hashRoot } from '../src/verify/merkle.js';

/** Makes slots as five honest directors would, so that tests can then spoil them. */

export interface Director {
  readonly name: string;
  readonly key: Bytes;
  sign(message: Bytes): Promise<Bytes>;
}

export interface SegmentInput {
  readonly bytes: Bytes;
  readonly startMilliseconds: number;
  readonly durationMilliseconds: number;
  readonly kind?: number;
}

export interface MadeSlot {
  readonly slot: number;
  readonly epoch: number;
  readonly recipe: Bytes;
  readonly recipeHash: Bytes;
  readonly contentRoot: Bytes;
  readonly certificate: Bytes;
  readonly chunks: readonly Bytes[];
  readonly durationMilliseconds: number;
  /** What each director said before the votes; null for one that was silent. */
  readonly messages: readonly (Messages | null)[];
}

/** A director's consensus messages, and the frames that follow from its nonce. */
export interface Messages {
  readonly commit: Bytes;
  readonly reveal: Bytes;
  readonly frames: readonly number[];
  readonly embeddingHash: Bytes;
}

export const chainId = new Uint8Array(32).fill(0x4e) as Bytes;
export const chunkPayloadMax = 256 * 1024;

export async function makeDirectors(count = 5): Promise<Director[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair;
      const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)) as Bytes;
      const sign = async (message: Bytes) => new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, message)) as Bytes;
      return { name: `director-${i + 1}`, key, sign };
    }),
  );
}

export function directorsJson(epoch: number, directors: readonly Director[]) {
  return { epoch, threshold: 3, directors: directors.map(director => ({ key: toHex(director.key), name: director.name, account: toHex(director.key) })) };
}

export interface RecipeInput {
  readonly prompt: string;
  readonly script?: string;
}

export interface MakeOptions {
  readonly slot: number;
  readonly epoch: number;
  readonly directors: readonly Director[];
  readonly segments: readonly SegmentInput[];
  readonly recipe: RecipeInput;
  readonly signers?: readonly number[];
  readonly verdict?: number;
  readonly chunkBytes?: number;
  readonly chainId?: Bytes;
}

export async function makeSlot(options: MakeOptions): Promise<MadeSlot> {
  const body = recipeBody(options.recipe);
  const recipe = concatBytes([body, Uint8Array.of(0)]);
  const recipeHash = await sha256(concatBytes([DomainTag.recipe, body]));
  const { chunks, contentRoot } = await makeChunks(options.slot, options.segments, options.chunkBytes ?? chunkPayloadMax);
  const signers = options.signers ?? [0, 1, 2, 3];
  const round = concatBytes([options.chainId ?? chainId, u64(options.epoch), u64(options.slot), contentRoot]);
  const messages = await Promise.all(options.directors.map((director, place) => (signers.includes(place) ? agree(director, place, round, contentRoot) : null)));
  const statement = concatBytes([
    options.chainId ?? chainId, u64(options.epoch), u64(options.slot), recipeHash,
    new Uint8Array(32).fill(0x33), contentRoot, messages.find(said => said !== null)!.embeddingHash, Uint8Array.of(options.verdict ?? 0),
  ]);
  const certificate = await certify(statement, options.directors, signers);
  const last = options.segments.at(-1)!;
  const durationMilliseconds = last.startMilliseconds + last.durationMilliseconds;
  return { slot: options.slot, epoch: options.epoch, recipe, recipeHash, contentRoot, certificate, chunks, durationMilliseconds, messages };
}

/** A director commits to an embedding that is nearly that of the others, and opens the commitment. */
async function agree(director: Director, place: number, round: Bytes, contentRoot: Bytes): Promise<Messages> {
  const nonce = await sha256(concatBytes([director.key, round]));
  const embedding = Uint8Array.from({ length: 512 }, (_, i) => (i === 0 ? 127 : (i * 37) % 100 + (i % 5 === place ? 1 : 0)));
  const embeddingHash = await sha256(concatBytes([DomainTag.embedding, embedding]));
  const commitment = await sha256(concatBytes([DomainTag.commitment, director.key, round, nonce, embeddingHash]));
  const signature = await director.sign(concatBytes([DomainTag.commitMessage, director.key, round, commitment]));
  return {
    commit: concatBytes([Uint8Array.of(0), director.key, round, commitment, signature]),
    reveal: concatBytes([Uint8Array.of(1), director.key, round, nonce, embedding]),
    frames: await drawFrames(nonce, contentRoot, recipeSeconds * recipeFramesPerSecond, 3),
    embeddingHash,
  };
}

const recipeSeconds = 8;
const recipeFramesPerSecond = 24;

export async function certify(statement: Bytes, directors: readonly Director[], signers: readonly number[]): Promise<Bytes> {
  const message = concatBytes([DomainTag.vote, statement]);
  const mask = signers.reduce((bits, place) => bits | (1 << place), 0);
  const signatures = await Promise.all([...signers].sort().map(place => directors[place]!.sign(message)));
  return concatBytes([Uint8Array.of(1), statement, Uint8Array.of(mask), ...signatures]);
}

async function makeChunks(slot: number, segments: readonly SegmentInput[], chunkBytes: number) {
  const pieces: { descriptor: Bytes; payload: Bytes }[] = [];
  for (const [segmentIndex, segment] of segments.entries()) {
    const count = Math.max(1, Math.ceil(segment.bytes.length / chunkBytes));
    for (let i = 0; i < count; i++) {
      const payload = segment.bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes) as Bytes;
      pieces.push({
        payload,
        descriptor: concatBytes([
          Uint8Array.of(segment.kind ?? 0), u32(segmentIndex), u32(i), u32(count),
          u32(segment.startMilliseconds), u32(segment.durationMilliseconds), u32(payload.length), await sha256(payload),
        ]),
      });
    }
  }
  const levels = [await Promise.all(pieces.map(piece => hashLeaf(piece.descriptor)))];
  while (levels.at(-1)!.length > 1) {
    const below = levels.at(-1)!;
    const above: Bytes[] = [];
    for (let i = 0; i + 1 < below.length; i += 2) above.push(await hashNode(below[i]!, below[i + 1]!));
    if (below.length % 2 === 1) above.push(below.at(-1)!);
    levels.push(above);
  }
  const contentRoot = await hashRoot(pieces.length, levels.at(-1)![0]!);
  const chunks = pieces.map((piece, index) => {
    const proof = levels.flatMap((level, height) => level[(index >> height) ^ 1] ?? []);
    return concatBytes([
      u16(2), u64(slot), contentRoot, u32(pieces.length), u32(index), piece.descriptor,
      compact(proof.length), ...proof, compact(piece.payload.length), piece.payload,
    ]);
  });
  return { chunks, contentRoot };
}

/** The canonical form of a recipe without its author. */
export function recipeBody({ prompt, script = 'Hello.' }: RecipeInput): Bytes {
  return concatBytes([
    text('r-1'), text('1.0'), Uint8Array.of(0), u32(recipeSeconds), u16(512), u16(512), u32(recipeFramesPerSecond),
    text(script), text('default'), u16(1000), Uint8Array.of(0),
    text(prompt), text(''), text('default'), compact(0), text('static'), u32(0), compact(0), compact(0),
  ]);
}

export function text(value: string): Bytes {
  const bytes = utf8(value);
  return concatBytes([compact(bytes.length), bytes]);
}

export function u16(value: number): Bytes {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value, true);
  return bytes;
}

export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

export function compact(value: number): Bytes {
  if (value < 1 << 6) return Uint8Array.of(value << 2);
  if (value < 1 << 14) return u16((value << 2) | 1);
  return u32(value * 4 + 2);
}

/** A copy with one bit turned. */
export function flip(bytes: Uint8Array, at: number): Bytes {
  const copy = new Uint8Array(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}
