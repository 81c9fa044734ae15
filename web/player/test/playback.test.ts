import { describe, expect, it } from 'vitest';
import { concatBytes, utf8, type Bytes } from '../src/codec/bytes.js';
import { captionsFromScript, parseWebVtt } from '../src/playback/captions.js';
import { RateMeter } from '../src/playback/rateMeter.js';
import { SegmentAssembler, type Segment } from '../src/playback/segmentAssembler.js';
import { SlotFeeder } from '../src/playback/slotFeeder.js';
import { Timeline } from '../src/playback/timeline.js';
import { inspectSegment } from '../src/playback/webm.js';
import type { ChunkHeader } from '../src/verify/chunk.js';

const nothing = new Uint8Array(32) as Bytes;

/** Header of chunk `index` of a clip whose segments have `per` chunks each. */
function header(index: number, count: number, per = 2, changes: Partial<ChunkHeader> = {}): ChunkHeader {
  const segmentIndex = Math.floor(index / per);
  return {
    slot: 1, contentRoot: nothing, leafCount: count, leafIndex: index, kind: 0, segmentIndex, chunkIndex: index % per, chunkCount: per,
    startMilliseconds: segmentIndex * 1000, durationMilliseconds: 1000, payloadHash: nothing, ...changes,
  };
}

const payload = (index: number) => Uint8Array.of(index) as Bytes;

describe('SegmentAssembler', () => {
  it('joins the chunks of a segment', () => {
    const assembler = new SegmentAssembler();
    expect(assembler.push(header(0, 4), payload(0))).toBeNull();
    expect(assembler.push(header(1, 4), payload(1))).toMatchObject({ bytes: Uint8Array.of(0, 1), index: 0, start: 0, duration: 1 });
  });

  it('drops a tail whose head is missing and goes on with the next segment', () => {
    const assembler = new SegmentAssembler();
    assembler.seek(1);
    expect(assembler.push(header(1, 4), payload(1))).toBeNull();
    expect(assembler.push(header(2, 4), payload(2))).toBeNull();
    expect(assembler.push(header(3, 4), payload(3))).toMatchObject({ index: 1 });
  });

  it('drops a segment whose chunks contradict each other', () => {
    const assembler = new SegmentAssembler();
    assembler.push(header(0, 4), payload(0));
    expect(assembler.push(header(1, 4, 2, { startMilliseconds: 5 }), payload(1))).toBeNull();
  });
});

describe('SlotFeeder', () => {
  function feeder(first: number | null, fetchable: (index: number) => boolean) {
    const asked: number[] = [];
    const subject: SlotFeeder = new SlotFeeder(
      first,
      index => {
        asked.push(index);
        return fetchable(index) ? Promise.resolve(payload(index)) : Promise.reject(new Error('gone'));
      },
      body => {
        subject.push(header(body[0]!, 8), body);
        return Promise.resolve();
      },
      () => undefined,
    );
    const drained = (): Segment[] => {
      const segments: Segment[] = [];
      for (let segment = subject.shift(); segment !== undefined; segment = subject.shift()) segments.push(segment);
      return segments;
    };
    return { subject, asked, drained };
  }

  const until = async (what: string, condition: () => boolean) => {
    const deadline = Date.now() + 10_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  };

  it('gives out whole segments in order', () => {
    const { subject, drained, asked } = feeder(null, () => false);
    for (let i = 0; i < 8; i++) subject.push(header(i, 8), payload(i));
    expect(drained().map(segment => segment.index)).toEqual([0, 1, 2, 3]);
    expect(subject.finished).toBe(true);
    expect(asked).toEqual([]);
  });

  it('begins where the stream begins', () => {
    const { subject, drained } = feeder(null, () => false);
    for (let i = 4; i < 8; i++) subject.push(header(i, 8), payload(i));
    expect(drained().map(segment => segment.index)).toEqual([2, 3]);
  });

  it('fetches what is missing in the middle, and ignores what comes twice', async () => {
    const { subject, drained, asked } = feeder(null, () => true);
    for (const i of [0, 1, 1, 5, 6, 7, 5]) subject.push(header(i, 8), payload(i));
    await until('the slot is complete', () => subject.finished);
    expect(asked.sort()).toEqual([2, 3, 4]);
    expect(drained().map(segment => segment.index)).toEqual([0, 1, 2, 3]);
    expect(subject.recovered).toBe(3);
    expect(subject.lost).toBe(0);
  });

  it('loses only the segment of a chunk that cannot be had', async () => {
    const { subject, drained, asked } = feeder(null, () => false);
    for (const i of [0, 1, 3, 4, 5, 6, 7]) subject.push(header(i, 8), payload(i));
    await until('the slot is complete', () => subject.finished);
    expect(drained().map(segment => segment.index)).toEqual([0, 2, 3]);
    expect(asked).toEqual([2, 2, 2]);
    expect(subject.lost).toBe(1);
  });

  it('fetches a whole slot when told how long it is', async () => {
    const { subject, drained } = feeder(0, () => true);
    subject.expectRest(8);
    await until('the slot is complete', () => subject.finished);
    expect(drained().map(segment => segment.index)).toEqual([0, 1, 2, 3]);
  });

  it('is finished at once when nothing has come and nothing is known', () => {
    const { subject } = feeder(null, () => true);
    subject.expectRest(null);
    expect(subject.finished).toBe(true);
  });
});

describe('Timeline', () => {
  const span = (slot: number, start: number, end: number, airsAt: number) => ({ slot, kind: 'certified' as const, offset: start, start, end, airsAt });

  it('knows which slot is at a time and what is on air', () => {
    const timeline = new Timeline();
    timeline.add(span(1, 0, 8, 100_000));
    timeline.add(span(2, 8, 16, 108_000));
    expect(timeline.at(7.5)?.slot).toBe(1);
    expect(timeline.at(8)?.slot).toBe(2);
    expect(timeline.airTime(103_000)).toBe(3);
    expect(timeline.airTime(109_000)).toBe(9);
    expect(timeline.airTime(99_000)).toBeNull();
    expect(timeline.airTime(200_000)).toBe(16);
  });

  it('knows when the slot changes next, a little before it begins and when it has', () => {
    const timeline = new Timeline();
    expect(timeline.nextEdge(0)).toBeNull();
    timeline.add(span(1, 0, 8, 100_000));
    timeline.add(span(2, 8, 16, 108_000));
    expect(timeline.nextEdge(3)).toBeCloseTo(7.94);
    expect([timeline.at(7.95)?.slot, timeline.at(7.95, 0)?.slot, timeline.nextEdge(7.95)]).toEqual([2, 1, 8]);
    expect([timeline.at(8, 0)?.slot, timeline.nextEdge(8)]).toEqual([2, null]);
  });

  it('forgets what was cut off', () => {
    const timeline = new Timeline();
    timeline.add(span(1, 0, 8, 0));
    timeline.truncate(3);
    expect(timeline.last?.end).toBe(3);
  });
});

describe('WebM', () => {
  const element = (id: number[], body: Uint8Array) => concatBytes([Uint8Array.from(id), Uint8Array.of(0x40 | (body.length >> 8), body.length & 0xff), body]);
  const cluster = (milliseconds: number) => element([0x1f, 0x43, 0xb6, 0x75], element([0xe7], Uint8Array.of(milliseconds >> 8, milliseconds & 0xff)));

  it('finds the time of the cluster behind whatever stands before it', () => {
    const file = concatBytes([
      element([0x1a, 0x45, 0xdf, 0xa3], new Uint8Array(5)),
      Uint8Array.of(0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      element([0xec], new Uint8Array(40)),
      cluster(3000),
    ]);
    expect(inspectSegment(file)).toEqual({ start: 3 });
  });

  it('refuses nonsense and truncation without throwing', () => {
    expect(inspectSegment(new Uint8Array(0))).toBeNull();
    expect(inspectSegment(new Uint8Array(100))).toBeNull();
    expect(inspectSegment(Uint8Array.of(0x1f, 0x43, 0xb6))).toBeNull();
    expect(inspectSegment(cluster(3000).subarray(0, 8))).toBeNull();
  });
});

describe('captions', () => {
  it('reads WebVTT', () => {
    const file = 'WEBVTT\n\nNOTE nothing\n\n1\n00:00.000 --> 00:01.500 align:start\n<v Anna>Good <i>evening</i>.\n\n01:00:00.000 --> 01:00:01.000\nLate.\n\nbroken --> 1\nno';
    expect(parseWebVtt(utf8(file))).toEqual([
      { start: 0, end: 1.5, text: 'Good evening.' },
      { start: 3600, end: 3601, text: 'Late.' },
    ]);
    expect(parseWebVtt(utf8('<html>'))).toEqual([]);
    expect(parseWebVtt(Uint8Array.of(0xff))).toEqual([]);
  });

  it('spreads a script over the clip', () => {
    const cues = captionsFromScript('One. Two! And a longer one?', 9);
    expect(cues.map(cue => cue.text)).toEqual(['One.', 'Two!', 'And a longer one?']);
    expect(cues[0]!.start).toBe(0);
    expect(cues.at(-1)!.end).toBeCloseTo(9);
    expect(captionsFromScript('', 9)).toEqual([]);
    expect(captionsFromScript('Hello.', 0)).toEqual([]);
  });
});

describe('RateMeter', () => {
  it('forgets what is older than its window', () => {
    const meter = new RateMeter(1000);
    meter.add(0, 1000);
    expect(meter.bitsPerSecond(500)).toBe(8000);
    expect(meter.bitsPerSecond(2000)).toBe(0);
    expect(meter.total).toBe(1000);
  });
});
