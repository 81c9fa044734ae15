import { bytesEqual, type Bytes } from '../codec/bytes.js';
import { fail, ok, type Result } from '../codec/result.js';
import { ScaleReader } from '../codec/scaleReader.js';
import { sha256 } from './crypto.js';
import { hashLeaf, proofLength, verifyProof } from './merkle.js';

/** What a segment is; the byte in the chunk header. */
export const ChunkKind = { webmVp8Opus: 0, webmVp9Opus: 1, webVtt: 2 } as const;

/** Bounds of the chunk format (docs/formats.md). */
const version = 2;
const headerBytes = 107;
/** The part of the header that the leaf of the Merkle tree commits to begins here. */
const descriptorOffset = 50;
const leavesMax = 4096;
const proofMax = 12;
const segmentsMax = 128;
const chunksPerSegmentMax = 64;
const millisecondsMax = 120_000;
const payloadBytesMax = 256 * 1024;

export interface ChunkHeader {
  readonly slot: number;
  readonly contentRoot: Bytes;
  /** Chunks of the whole clip. */
  readonly leafCount: number;
  /** Place among them. */
  readonly leafIndex: number;
  readonly kind: number;
  readonly segmentIndex: number;
  /** Place of the chunk within its segment. */
  readonly chunkIndex: number;
  /** Chunks of the segment. */
  readonly chunkCount: number;
  /** Start of the segment within the clip. */
  readonly startMilliseconds: number;
  readonly durationMilliseconds: number;
  readonly payloadHash: Bytes;
}

export interface Chunk {
  readonly header: ChunkHeader;
  /** The last 57 bytes of the header: layout and payload hash. */
  readonly descriptor: Bytes;
  readonly proof: readonly Bytes[];
  readonly payload: Bytes;
}

/** Reads the slot of an encoded chunk without parsing the rest; null when it is too short for a header. */
export function peekChunkSlot(body: Uint8Array): number | null {
  if (body.length < headerBytes) return null;
  const reader = new ScaleReader(body);
  reader.u16('version');
  const slot = reader.u64('slot');
  return reader.error === null ? slot : null;
}

/** Reads an encoded chunk: header, proof, payload. Checks every bound; proves nothing yet. */
export function parseChunk(body: Bytes): Result<Chunk> {
  const reader = new ScaleReader(body);
  if (reader.u16('version') !== version) reader.reject('the header has another version');
  const slot = reader.u64('slot');
  const contentRoot = reader.fixed(32, 'content root');
  const leafCount = reader.u32('leaf count');
  const leafIndex = reader.u32('leaf index');
  const kind = reader.u8('kind');
  const segmentIndex = reader.u32('segment index');
  const chunkIndex = reader.u32('chunk index');
  const chunkCount = reader.u32('chunk count');
  const startMilliseconds = reader.u32('start');
  const durationMilliseconds = reader.u32('duration');
  const payloadLength = reader.u32('payload length');
  const payloadHash = reader.fixed(32, 'payload hash');
  if (reader.error !== null) return fail(reader.error);

  if (kind > ChunkKind.webVtt) return fail('the kind is unknown');
  const inBounds =
    leafCount <= leavesMax && leafIndex < leafCount &&
    segmentIndex < segmentsMax && segmentIndex <= leafIndex &&
    chunkCount <= chunksPerSegmentMax && chunkIndex < chunkCount &&
    chunkIndex <= leafIndex && chunkCount - chunkIndex <= leafCount - leafIndex &&
    startMilliseconds <= millisecondsMax && durationMilliseconds > 0 && durationMilliseconds <= millisecondsMax &&
    payloadLength > 0 && payloadLength <= payloadBytesMax;
  if (!inBounds) return fail('the header is out of bounds');

  const siblings = reader.compact(proofMax, 'length of the proof');
  const proof: Bytes[] = [];
  for (let i = 0; i < siblings; i++) proof.push(reader.fixed(32, 'proof'));
  const payload = reader.blob(payloadBytesMax, 'payload');
  reader.end();
  if (reader.error !== null) return fail(reader.error);
  if (payload.length !== payloadLength) return fail('the payload has another length than the header says');
  if (siblings !== proofLength(leafIndex, leafCount)) return fail('the proof has the wrong length');
  return ok({
    header: {
      slot, contentRoot, leafCount, leafIndex, kind, segmentIndex, chunkIndex, chunkCount,
      startMilliseconds, durationMilliseconds, payloadHash,
    },
    descriptor: body.subarray(descriptorOffset, headerBytes) as Bytes,
    proof,
    payload,
  });
}

/** Proves a chunk against the content root that was certified. Returns what is wrong, or null. */
export async function checkChunk(chunk: Chunk, root: Bytes, leafCount: number | null): Promise<string | null> {
  const { header } = chunk;
  if (!bytesEqual(header.contentRoot, root)) return 'it is of other content than certified';
  if (leafCount !== null && header.leafCount !== leafCount) return 'it counts other chunks than certified';
  if (!(await verifyProof(root, await hashLeaf(chunk.descriptor), header.leafIndex, header.leafCount, chunk.proof))) {
    return 'its proof does not lead to the certified content root';
  }
  if (!bytesEqual(await sha256(chunk.payload), header.payloadHash)) return 'its bytes are not the ones that were certified';
  return null;
}
