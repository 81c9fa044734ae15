/** What the player must know of a WebM segment before it hands it to the browser. */
export interface SegmentInfo {
  /** Time of the first cluster within the clip, in seconds. */
  readonly start: number;
}

const segmentId = 0x18538067;
const infoId = 0x1549a966;
const timestampScaleId = 0x2ad7b1;
const clusterId = 0x1f43b675;
const clusterTimestampId = 0xe7;
const ebmlMagic = 0x1a45dfa3;

/** True when the bytes begin a WebM file, that is, a segment. */
export function startsSegment(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3;
}

/** Reads the time of the first cluster; null when there is none. Walks element headers only, never past the end. */
export function inspectSegment(bytes: Uint8Array): SegmentInfo | null {
  let scale = 1_000_000;
  let offset = 0;
  while (offset < bytes.length) {
    const id = readId(bytes, offset);
    if (id === null) return null;
    const size = readSize(bytes, offset + id.length);
    if (size === null) return null;
    const start = offset + id.length + size.length;
    switch (id.value) {
      case segmentId:
      case infoId:
      case clusterId:
        offset = start; // Step into it.
        continue;
      case timestampScaleId:
        scale = readUnsigned(bytes, start, size.value) ?? scale;
        break;
      case clusterTimestampId: {
        const time = readUnsigned(bytes, start, size.value);
        return time === null ? null : { start: (time * scale) / 1e9 };
      }
      case ebmlMagic:
      default:
        break;
    }
    if (size.value < 0) return null;
    offset = start + size.value;
  }
  return null;
}

function readId(bytes: Uint8Array, offset: number): { value: number; length: number } | null {
  const first = bytes[offset];
  if (first === undefined || first < 0x10) return null;
  const length = Math.clz32(first) - 23;
  if (offset + length > bytes.length) return null;
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes[offset + i]!;
  return { value, length };
}

/** Value -1 means "unknown size". */
function readSize(bytes: Uint8Array, offset: number): { value: number; length: number } | null {
  const first = bytes[offset];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  if (offset + length > bytes.length) return null;
  let value = first & (0xff >> length);
  let allOnes = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[offset + i]!;
    allOnes &&= bytes[offset + i] === 0xff;
  }
  return { value: allOnes ? -1 : value, length };
}

function readUnsigned(bytes: Uint8Array, offset: number, length: number): number | null {
  if (length < 0 || length > 7 || offset + length > bytes.length) return null;
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes[offset + i]!;
  return value;
}
