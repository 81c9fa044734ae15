import { bytesEqual, type Bytes } from '../codec/bytes.js';
import { sha256 } from './crypto.js';

/**
 * The Merkle tree of docs/formats.md: SHA-256, shape of RFC 6962, with a first byte of its own for leaf (0), node (1) and root (2).
 * The root commits to the number of leaves.
 */
export function hashLeaf(data: Uint8Array): Promise<Bytes> {
  const input = new Uint8Array(1 + data.length);
  input.set(data, 1);
  return sha256(input);
}

export function hashNode(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  const input = new Uint8Array(65);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 33);
  return sha256(input);
}

export function hashRoot(leafCount: number, top: Uint8Array): Promise<Bytes> {
  const input = new Uint8Array(37);
  input[0] = 2;
  new DataView(input.buffer).setUint32(1, leafCount, true);
  input.set(top, 5);
  return sha256(input);
}

/** How many siblings the proof of a leaf has; index and count alone decide. */
export function proofLength(leafIndex: number, leafCount: number): number {
  let length = 0;
  for (let index = leafIndex, last = leafCount - 1; last > 0; index >>>= 1, last >>>= 1) if (hasSibling(index, last)) length++;
  return length;
}

/** True if `leaf` is at `leafIndex` of the `leafCount` leaves under `root`. */
export async function verifyProof(root: Bytes, leaf: Bytes, leafIndex: number, leafCount: number, siblings: readonly Bytes[]): Promise<boolean> {
  if (leafIndex < 0 || leafIndex >= leafCount || siblings.length !== proofLength(leafIndex, leafCount)) return false;
  let hash = leaf;
  let next = 0;
  for (let index = leafIndex, last = leafCount - 1; last > 0; index >>>= 1, last >>>= 1) {
    if (!hasSibling(index, last)) continue;
    const sibling = siblings[next++]!;
    hash = index % 2 === 1 ? await hashNode(sibling, hash) : await hashNode(hash, sibling);
  }
  return bytesEqual(await hashRoot(leafCount, hash), root);
}

// The last hash of a level with an odd number of hashes moves up alone.
function hasSibling(index: number, last: number): boolean {
  return index % 2 === 1 || index < last;
}
