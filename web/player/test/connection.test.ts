import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeFrame, FrameReader, FrameType } from '../src/codec/frames.js';
import { GatewayClient } from '../src/gateway/gatewayClient.js';
import { Backoff } from '../src/transport/backoff.js';
import { Connection, type TransportChoice } from '../src/transport/connection.js';
import type { ResumePoint, Transport, TransportHandlers, TransportKind } from '../src/transport/transport.js';

const discovery = { protocol: 1, chainId: `0x${'00'.repeat(32)}`, now: 1000, webrtc: { enabled: true } };

class FakeTransport implements Transport {
  readonly sent: number[] = [];
  closed = false;

  constructor(
    readonly kind: TransportKind,
    readonly handlers: TransportHandlers,
    readonly resume: ResumePoint | null,
  ) {}

  send(frame: Uint8Array): void {
    this.sent.push(frame[4]!);
  }

  close(): void {
    this.closed = true;
  }

  statistics() {
    return Promise.resolve({});
  }
}

/** A connection in front of a gateway and transports that do as they are told; time is virtual. */
function setup(choice: TransportChoice = 'auto', answer: () => Response | Promise<Response> = () => new Response(JSON.stringify(discovery))) {
  const world = {
    answer,
    webrtcFails: false,
    /** When set, opening waits for it. */
    webrtcOpens: null as Promise<void> | null,
    httpFails: false,
    opened: [] as FakeTransport[],
    frames: [] as number[],
    resume: null as ResumePoint | null,
    statuses: [] as string[],
  };
  const gateway = new GatewayClient('http://gateway', async () => world.answer());
  const open = (kind: TransportKind, resume: ResumePoint | null, handlers: TransportHandlers) => {
    const transport = new FakeTransport(kind, handlers, resume);
    world.opened.push(transport);
    return Promise.resolve<Transport>(transport);
  };
  const connection: Connection = new Connection(
    'main', gateway, choice,
    {
      discovered: () => undefined,
      frame: frame => world.frames.push(frame.type),
      changed: () => world.statuses.at(-1) !== connection.status && world.statuses.push(connection.status),
      resumePoint: () => world.resume,
    },
    {
      webrtc: async (_, resume, handlers) => {
        await world.webrtcOpens;
        if (world.webrtcFails) throw new Error('no UDP path');
        return open('webrtc', resume, handlers);
      },
      http: (resume, handlers) => (world.httpFails ? Promise.reject(new Error('no stream')) : open('http', resume, handlers)),
    },
    () => Date.now(),
  );
  void connection.run();
  return { world, connection };
}

describe('Connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('RTCPeerConnection', class {});
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('goes live over WebRTC and hands on frames, but keeps pongs and keep-alives', async () => {
    const { world, connection } = setup();
    await vi.advanceTimersByTimeAsync(10);
    expect(connection.status).toBe('live');
    expect(connection.transportKind).toBe('webrtc');
    const { handlers } = world.opened[0]!;
    handlers.frame({ type: FrameType.slot, body: new Uint8Array(0) });
    handlers.frame({ type: FrameType.keepAlive, body: new Uint8Array(0) });
    handlers.frame({ type: FrameType.pong, body: new Uint8Array(16) });
    expect(world.frames).toEqual([FrameType.slot]);
    connection.close();
    expect(connection.status).toBe('closed');
  });

  it('falls back to HTTP where UDP is blocked, and tries UDP again after a minute', async () => {
    const { world, connection } = setup();
    world.webrtcFails = true;
    await vi.advanceTimersByTimeAsync(10);
    expect(connection.transportKind).toBe('http');
    expect(connection.udpBlocked).toBe(true);
    world.webrtcFails = false;
    world.opened[0]!.handlers.closed('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.transportKind).toBe('http');
    await vi.advanceTimersByTimeAsync(60_000);
    world.opened[1]!.handlers.closed('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.transportKind).toBe('webrtc');
    connection.close();
  });

  const hello = { type: FrameType.hello, body: new Uint8Array(0) };
  const slot = { type: FrameType.slot, body: new Uint8Array(0) };
  /** An attempt that ends when it is told to. */
  const later = () => {
    let settle: () => void = () => undefined;
    const promise = new Promise<void>(resolve => (settle = resolve));
    return { promise, settle: async () => (settle(), vi.advanceTimersByTimeAsync(1)) };
  };
  const kinds = (world: { opened: FakeTransport[] }) => world.opened.map(transport => transport.kind);

  it('uses HTTP after a second when WebRTC takes longer, and calls UDP blocked only when it has failed', async () => {
    const { world, connection } = setup();
    const attempt = later();
    world.webrtcOpens = attempt.promise;
    world.webrtcFails = true;
    await vi.advanceTimersByTimeAsync(990);
    expect(world.opened).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(kinds(world)).toEqual(['http']);
    expect(connection.status).toBe('connecting');
    world.opened[0]!.handlers.frame(hello);
    world.opened[0]!.handlers.frame(slot);
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.status).toBe('live');
    expect(connection.transportKind).toBe('http');
    expect(world.frames).toEqual([FrameType.hello, FrameType.slot]);
    expect(connection.udpBlocked).toBe(false);
    await attempt.settle();
    expect(connection.udpBlocked).toBe(true);
    // It serves for as long as it likes, and the reason stays the same.
    await vi.advanceTimersByTimeAsync(120_000);
    expect(connection.udpBlocked).toBe(true);
    connection.close();
  });

  it('closes a WebRTC stream that opens after HTTP has won, and does not call UDP blocked', async () => {
    const { world, connection } = setup();
    const attempt = later();
    world.webrtcOpens = attempt.promise;
    await vi.advanceTimersByTimeAsync(1_010);
    world.opened[0]!.handlers.frame(hello);
    await attempt.settle();
    expect(kinds(world)).toEqual(['http', 'webrtc']);
    expect(world.opened.map(transport => transport.closed)).toEqual([false, true]);
    world.opened[1]!.handlers.frame(slot);
    world.opened[1]!.handlers.closed('lost');
    expect(world.frames).toEqual([FrameType.hello]);
    expect(connection.status).toBe('live');
    expect(connection.transportKind).toBe('http');
    expect(connection.udpBlocked).toBe(false);
    connection.close();
  });

  it('prefers WebRTC when it opens before HTTP has brought anything', async () => {
    const { world, connection } = setup();
    const attempt = later();
    world.webrtcOpens = attempt.promise;
    await vi.advanceTimersByTimeAsync(1_500);
    expect(kinds(world)).toEqual(['http']);
    await attempt.settle();
    expect(connection.transportKind).toBe('webrtc');
    expect(world.opened.map(transport => transport.closed)).toEqual([true, false]);
    world.opened[0]!.handlers.frame(hello);
    expect(world.frames).toEqual([]);
    connection.close();
  });

  it('waits for WebRTC when HTTP fails beside it', async () => {
    const { world, connection } = setup();
    const attempt = later();
    world.webrtcOpens = attempt.promise;
    world.httpFails = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(connection.status).toBe('connecting');
    await attempt.settle();
    expect(connection.transportKind).toBe('webrtc');
    connection.close();
  });

  describe('across reloads', () => {
    const storage = () => {
      const kept = new Map<string, string>();
      return {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
        removeItem: (key: string) => void kept.delete(key),
      };
    };

    it('remembers for this tab that UDP is blocked, and forgets it when UDP works', async () => {
      vi.stubGlobal('sessionStorage', storage());
      const first = setup();
      first.world.webrtcFails = true;
      await vi.advanceTimersByTimeAsync(10);
      expect(first.connection.udpBlocked).toBe(true);
      first.connection.close();

      const second = setup();
      second.world.webrtcOpens = new Promise(() => undefined);
      await vi.advanceTimersByTimeAsync(10);
      expect(second.connection.transportKind).toBe('http');
      expect(second.connection.udpBlocked).toBe(true);
      await vi.advanceTimersByTimeAsync(60_000);
      second.world.webrtcOpens = null;
      second.world.opened[0]!.handlers.closed('lost');
      await vi.advanceTimersByTimeAsync(1_000);
      expect(second.connection.transportKind).toBe('webrtc');
      expect(second.connection.udpBlocked).toBe(false);
      second.connection.close();

      const third = setup();
      await vi.advanceTimersByTimeAsync(10);
      expect(third.connection.transportKind).toBe('webrtc');
      third.connection.close();
    });

    it('tries UDP again when the failure was long ago, and calls nothing blocked where HTTP is the viewer’s choice', async () => {
      vi.stubGlobal('sessionStorage', storage());
      const first = setup();
      first.world.webrtcFails = true;
      await vi.advanceTimersByTimeAsync(10);
      first.connection.close();
      const chosen = setup('http');
      await vi.advanceTimersByTimeAsync(10);
      expect(chosen.connection.transportKind).toBe('http');
      expect(chosen.connection.udpBlocked).toBe(false);
      chosen.connection.close();
      await vi.advanceTimersByTimeAsync(11 * 60_000);
      const second = setup();
      await vi.advanceTimersByTimeAsync(10);
      expect(second.connection.transportKind).toBe('webrtc');
      second.connection.close();
    });

    it('does without memory where the browser keeps nothing', async () => {
      const refuse = () => {
        throw new DOMException('refused', 'SecurityError');
      };
      vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
      const { world, connection } = setup();
      world.webrtcFails = true;
      await vi.advanceTimersByTimeAsync(10);
      expect(connection.transportKind).toBe('http');
      expect(connection.udpBlocked).toBe(true);
      connection.close();
    });
  });

  it('closes the HTTP stream while none is wanted, and opens another where it is asked to', async () => {
    const { world, connection } = setup('http');
    await vi.advanceTimersByTimeAsync(10);
    connection.unsubscribe();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.opened.map(transport => transport.closed)).toEqual([true]);
    expect(connection.status).toBe('idle');
    connection.subscribe({ slot: 7, chunk: 2, session: 's' });
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.status).toBe('live');
    expect(world.opened[1]!.resume).toEqual({ slot: 7, chunk: 2, session: 's' });
    expect(world.statuses).not.toContain('reconnecting');
    expect(connection.reconnectionCount).toBe(0);
    // After a loss it goes on where the player is, not where it was once asked for.
    world.resume = { slot: 9, chunk: 0, session: 's' };
    world.opened[1]!.handlers.closed('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.opened[2]!.resume).toEqual(world.resume);
    connection.close();
    expect(connection.status).toBe('closed');
  });

  it('opens no stream that has become unwanted while it was being opened', async () => {
    const { world, connection } = setup();
    const attempt = later();
    world.webrtcOpens = attempt.promise;
    await vi.advanceTimersByTimeAsync(10);
    connection.unsubscribe();
    await attempt.settle();
    expect(world.opened.map(transport => transport.closed)).toEqual([true]);
    expect(connection.status).toBe('idle');
    connection.subscribe(null);
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.status).toBe('live');
    connection.close();
  });

  it('keeps a data channel open while no content is wanted, but does not reopen a lost one', async () => {
    const { world, connection } = setup();
    await vi.advanceTimersByTimeAsync(10);
    connection.unsubscribe();
    expect(world.opened[0]!.sent).toContain(FrameType.unsubscribe);
    expect(connection.status).toBe('live');
    world.opened[0]!.handlers.closed('lost');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.opened.length).toBe(1);
    expect(connection.status).toBe('idle');
    connection.subscribe(null);
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.status).toBe('live');
    connection.close();
  });

  it('does not fall back when the viewer wants WebRTC only', async () => {
    const { world, connection } = setup('webrtc');
    world.webrtcFails = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(world.opened).toEqual([]);
    expect(connection.status).toBe('connecting');
    connection.close();
  });

  it('resumes at the next chunk wanted', async () => {
    const { world, connection } = setup();
    await vi.advanceTimersByTimeAsync(10);
    world.resume = { slot: 12, chunk: 3, session: 's' };
    world.opened[0]!.handlers.closed('lost');
    expect(connection.status).toBe('live');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.statuses).toContain('reconnecting');
    expect(connection.status).toBe('live');
    expect(world.opened[1]!.resume).toEqual(world.resume);
    expect(connection.reconnectionCount).toBe(1);
    connection.close();
  });

  it('says that the gateway starts, and waits as long as it is asked to', async () => {
    let asked = 0;
    const { world, connection } = setup('auto', () => {
      asked++;
      return new Response('{"title":"Starting"}', { status: 503, headers: { 'Retry-After': '3' } });
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(connection.status).toBe('starting');
    await vi.advanceTimersByTimeAsync(2_900);
    expect(asked).toBe(1);
    world.answer = () => new Response(JSON.stringify(discovery));
    await vi.advanceTimersByTimeAsync(200);
    expect(connection.status).toBe('live');
    connection.close();
  });

  it('calls the network gone after three attempts, with growing pauses, and comes back', async () => {
    const attempts: number[] = [];
    const { world, connection } = setup('auto', () => {
      attempts.push(Date.now());
      return Promise.reject(new TypeError('Failed to fetch'));
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connection.status).toBe('offline');
    const pauses = attempts.slice(1).map((at, i) => at - attempts[i]!);
    expect(pauses[0]).toBeLessThan(400);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10_100);
    world.answer = () => new Response(JSON.stringify(discovery));
    await vi.waitFor(() => expect(connection.status).toBe('live'), { timeout: 10_100, interval: 50 });
    connection.close();
  });

  it('notices a gateway that has fallen silent', async () => {
    const { world, connection } = setup();
    await vi.advanceTimersByTimeAsync(10);
    for (let second = 0; second < 10; second++) {
      world.opened[0]!.handlers.activity();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(world.opened[0]!.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(world.opened[0]!.closed).toBe(true);
    expect(world.opened.length).toBeGreaterThan(1);
    connection.close();
  });

  it('measures the round trip and the gateway’s clock from pongs', async () => {
    const { world, connection } = setup();
    await vi.advanceTimersByTimeAsync(10);
    const pings: Uint8Array[] = [];
    world.opened[0]!.send = frame => void pings.push(frame);
    await vi.advanceTimersByTimeAsync(990);
    const ping = new FrameReader().push(pings.at(-1)!)[0]!;
    await vi.advanceTimersByTimeAsync(40);
    const pong = new Uint8Array(16);
    pong.set(ping.body);
    new DataView(pong.buffer).setBigUint64(8, BigInt(Date.now() + 5_000), true);
    world.opened[0]!.handlers.frame(new FrameReader().push(encodeFrame(FrameType.pong, pong))[0]!);
    expect(connection.roundTripMilliseconds).toBe(40);
    expect(connection.clockOffsetMilliseconds).toBe(5_020);
    connection.close();
  });
});

describe('Backoff', () => {
  it('grows, stays below its limit and above half of it, and starts over', () => {
    const low = new Backoff(300, 10_000, () => 0);
    const high = new Backoff(300, 10_000, () => 1);
    expect([low.next(), low.next(), low.next()]).toEqual([150, 300, 600]);
    for (let i = 0; i < 20; i++) expect(high.next()).toBeLessThanOrEqual(10_000);
    high.reset();
    expect(high.next()).toBe(300);
  });
});
