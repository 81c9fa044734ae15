import { encodeFrame, encodeJsonFrame, FrameType, type Frame } from '../codec/frames.js';
import type { GatewayClient } from '../gateway/gatewayClient.js';
import type { Discovery } from '../gateway/model.js';
import { GatewayError } from '../gateway/problem.js';
import { Backoff } from './backoff.js';
import { HttpTransport } from './httpTransport.js';
import { race } from './race.js';
import type { ResumePoint, Transport, TransportHandlers, TransportKind, TransportStatistics } from './transport.js';
import { UdpMemory } from './udpMemory.js';
import { subscription, WebRtcTransport } from './webrtcTransport.js';

/**
 * `connecting` for the first time, `live`, `reconnecting` after a loss, `starting` while the gateway says "not yet",
 * `offline` when it cannot be reached at all, `idle` while no stream is wanted and none is open, `closed` by us.
 */
export type ConnectionStatus = 'connecting' | 'live' | 'reconnecting' | 'starting' | 'offline' | 'idle' | 'closed';

export type TransportChoice = 'auto' | TransportKind;

export interface ConnectionHandlers {
  /** Before each attempt to open a stream; the stream waits for it. */
  discovered(discovery: Discovery): void | Promise<void>;
  frame(frame: Frame): void;
  changed(): void;
  /** Where to go on after a loss; null joins live. */
  resumePoint(): ResumePoint | null;
}

/** What opens transports; tests give others. */
export interface TransportOpeners {
  webrtc(discovery: Discovery, resume: ResumePoint | null, handlers: TransportHandlers, signal: AbortSignal): Promise<Transport>;
  http(resume: ResumePoint | null, handlers: TransportHandlers, signal: AbortSignal): Promise<Transport>;
}

/** WebRTC has this long for itself; then HTTP is tried beside it, so that a picture comes within two seconds where UDP is blocked. */
const headStartMilliseconds = 1_000;
/** After WebRTC has failed, HTTP serves for this long before UDP is tried again (at a reconnection, never by interrupting). */
const udpRetryMilliseconds = 60_000;
const pingIntervalMilliseconds = 1_000;
/** Not a byte for this long although pings were sent: dead, although no one has said so. */
const silenceMilliseconds = 4_000;
/** A stream that lasted this long was a good one: the next loss starts the backoff anew. */
const steadyMilliseconds = 5_000;
/** Attempts that fail to reach the gateway before the state is called offline. */
const offlineAfterAttempts = 3;

interface StreamEnd {
  readonly reason: string;
  /** By us: another stream is to follow at once, or none. */
  readonly deliberate: boolean;
}

/** Keeps one stream of frames to the gateway alive: discovery, choice of transport, heartbeat, backoff, resume. */
export class Connection {
  private statusValue: ConnectionStatus = 'connecting';
  private transport: Transport | null = null;
  private readonly backoff = new Backoff();
  private readonly abort = new AbortController();
  private wake: (() => void) | null = null;
  private readonly memory: UdpMemory;
  /** The last attempt over UDP did not get through. */
  private udpFailed: boolean;
  private udpRetryAt: number;
  /** False from `unsubscribe` to `subscribe`. */
  private wanted = true;
  /** Counts `subscribe` and `unsubscribe`: a stream that was being opened meanwhile is not the one that is wanted. */
  private turn = 0;
  /** Where the next stream begins, when `subscribe` said so. */
  private position: { readonly resume: ResumePoint | null } | null = null;
  private unreachable = 0;
  private everLive = false;
  private reasonValue: string | null = null;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private lastActivityAt = 0;
  private readonly pings = new Map<number, number>();
  private pingNumber = 0;
  private roundTrip: number | null = null;
  private clockOffset: number | null = null;
  private reconnections = 0;

  constructor(
    private readonly channelName: string,
    private readonly gateway: GatewayClient,
    private choice: TransportChoice,
    private readonly handlers: ConnectionHandlers,
    private readonly openers: TransportOpeners = defaultOpeners(gateway, channelName),
    private readonly now: () => number = () => performance.now(),
  ) {
    this.memory = new UdpMemory(gateway.baseUrl);
    this.udpFailed = this.memory.blocked;
    this.udpRetryAt = this.udpFailed ? this.now() + udpRetryMilliseconds : 0;
  }

  get status(): ConnectionStatus {
    return this.statusValue;
  }

  /** Why the stream ended last or does not start. */
  get reason(): string | null {
    return this.reasonValue;
  }

  get transportKind(): TransportKind | null {
    return this.transport?.kind ?? null;
  }

  /** True when HTTP serves because UDP did not get through, not by choice. */
  get udpBlocked(): boolean {
    return this.udpFailed && this.choice === 'auto';
  }

  get reconnectionCount(): number {
    return this.reconnections;
  }

  get roundTripMilliseconds(): number | null {
    return this.roundTrip;
  }

  /** The gateway's clock minus this machine's, in milliseconds; null before the first exchange. */
  get clockOffsetMilliseconds(): number | null {
    return this.clockOffset;
  }

  /** Runs until `close()`. */
  async run(): Promise<void> {
    globalThis.addEventListener?.('online', this.hurry);
    this.heartbeat = setInterval(() => this.beat(), pingIntervalMilliseconds);
    while (!this.abort.signal.aborted) {
      if (!this.wanted) {
        await this.rest();
        continue;
      }
      const wait = await this.attempt();
      if (!this.abort.signal.aborted && this.wanted && wait > 0) await this.sleep(wait);
    }
  }

  close(): void {
    this.abort.abort();
    clearInterval(this.heartbeat);
    globalThis.removeEventListener?.('online', this.hurry);
    this.transport?.close();
    this.transport = null;
    this.wake?.();
    this.set('closed', null);
  }

  /** Uses another transport from now on. */
  choose(choice: TransportChoice): void {
    if (choice === this.choice) return;
    this.choice = choice;
    this.udpFailed = false;
    this.udpRetryAt = 0;
    this.restart('the transport was changed', true);
  }

  /** Asks for the stream again from `resume` (null: live). */
  subscribe(resume: ResumePoint | null): void {
    this.wanted = true;
    if (this.transport?.kind === 'webrtc') return this.transport.send(encodeJsonFrame(FrameType.subscribe, subscription(this.channelName, resume)));
    this.turn++;
    this.position = { resume };
    this.restart('the position was changed', true);
    this.wake?.();
  }

  /** No more content. Over WebRTC announcements go on; an HTTP stream can only be closed, until `subscribe`. */
  unsubscribe(): void {
    this.wanted = false;
    if (this.transport?.kind === 'webrtc') return this.transport.send(encodeFrame(FrameType.unsubscribe, new Uint8Array(0)));
    this.turn++;
    this.restart('no stream is wanted', true);
    this.wake?.();
  }

  transportStatistics(): Promise<TransportStatistics> {
    return this.transport?.statistics() ?? Promise.resolve({});
  }

  /** Opens a stream and waits for its end; returns how long to wait before the next attempt. */
  private async attempt(): Promise<number> {
    if (this.statusValue === 'idle') this.set('connecting', null);
    try {
      const sentAt = Date.now();
      const discovery = await this.gateway.discovery();
      if (typeof discovery.now === 'number') this.clockOffset = discovery.now - (sentAt + Date.now()) / 2;
      this.unreachable = 0;
      await this.handlers.discovered(discovery);
      const end = await this.stream(discovery);
      if (end.deliberate) {
        if (this.wanted) this.set('connecting', null);
        return 0;
      }
      this.reconnections++;
      this.set('reconnecting', end.reason);
      return this.backoff.next();
    } catch (error) {
      return this.failed(error);
    }
  }

  private failed(error: unknown): number {
    const problem = error instanceof GatewayError ? error : null;
    const reason = error instanceof Error ? error.message : String(error);
    if (problem?.status === 503) {
      this.set('starting', reason);
      return Math.min(5_000, (problem.retryAfterSeconds ?? 1) * 1000);
    }
    this.unreachable++;
    const gone = problem?.status === 0 && (this.unreachable >= offlineAfterAttempts || globalThis.navigator?.onLine === false);
    this.set(gone ? 'offline' : this.everLive ? 'reconnecting' : 'connecting', reason);
    return Math.max(this.backoff.next(), (problem?.retryAfterSeconds ?? 0) * 1000);
  }

  private async stream(discovery: Discovery): Promise<StreamEnd> {
    let ended: (end: StreamEnd) => void = () => undefined;
    const end = new Promise<StreamEnd>(resolve => (ended = resolve));
    const handlers: TransportHandlers = {
      activity: () => void (this.lastActivityAt = this.now()),
      frame: frame => this.receive(frame),
      closed: reason => ended({ reason, deliberate: false }),
    };
    const over = new AbortController();
    const closed = () => {
      over.abort();
      ended({ reason: 'closed', deliberate: true });
    };
    this.abort.signal.addEventListener('abort', closed, { once: true });
    try {
      const { turn } = this;
      const transport = await this.open(discovery, handlers, over.signal);
      if (this.abort.signal.aborted || turn !== this.turn) {
        transport.close();
        return { reason: 'another stream is wanted', deliberate: true };
      }
      this.transport = transport;
      this.position = null;
      this.restart = (reason, deliberate) => {
        transport.close();
        this.backoff.reset();
        ended({ reason, deliberate });
      };
      this.everLive = true;
      this.lastActivityAt = this.now();
      this.pings.clear();
      this.set('live', null);
      this.beat();
      const openedAt = this.now();
      const why = await end;
      if (this.now() - openedAt > steadyMilliseconds) this.backoff.reset();
      transport.close();
      return why;
    } finally {
      this.abort.signal.removeEventListener('abort', closed);
      over.abort();
      this.restart = () => undefined;
      this.transport = null;
    }
  }

  private open(discovery: Discovery, handlers: TransportHandlers, signal: AbortSignal): Promise<Transport> {
    const resume = this.position === null ? this.handlers.resumePoint() : this.position.resume;
    const http = (to: TransportHandlers, until: AbortSignal) => this.openers.http(resume, to, until);
    const webrtc = (to: TransportHandlers, until: AbortSignal) => this.openers.webrtc(discovery, resume, to, until);
    if (this.choice === 'http' || discovery.webrtc?.enabled === false || typeof RTCPeerConnection === 'undefined') return http(handlers, signal);
    if (this.choice === 'webrtc') return webrtc(handlers, signal);
    if (this.udpRetryAt > this.now()) return http(handlers, signal);
    return race({ webrtc, http, headStartMilliseconds, handlers, signal, udp: works => this.learnUdp(works) });
  }

  /** What came of an attempt over UDP; maybe while HTTP serves already. */
  private learnUdp(works: boolean): void {
    this.memory.blocked = !works;
    if (this.choice !== 'auto') return;
    this.udpFailed = !works;
    this.udpRetryAt = works ? 0 : this.now() + udpRetryMilliseconds;
    this.handlers.changed();
  }

  private receive(frame: Frame): void {
    if (frame.type === FrameType.pong) this.pong(frame.body);
    else if (frame.type !== FrameType.keepAlive) this.handlers.frame(frame);
  }

  private beat(): void {
    const transport = this.transport;
    if (transport === null || transport.kind !== 'webrtc') return;
    if (this.now() - this.lastActivityAt > silenceMilliseconds) return this.restart('the gateway fell silent', false);
    const body = new Uint8Array(8);
    new DataView(body.buffer).setUint32(0, ++this.pingNumber, true);
    if (this.pings.size > 16) this.pings.clear();
    this.pings.set(this.pingNumber, this.now());
    transport.send(encodeFrame(FrameType.ping, body));
  }

  private pong(body: Uint8Array): void {
    if (body.length < 16) return;
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const number = view.getUint32(0, true);
    const sentAt = this.pings.get(number);
    if (sentAt === undefined) return;
    this.pings.delete(number);
    const roundTrip = this.now() - sentAt;
    this.roundTrip = this.roundTrip === null ? roundTrip : this.roundTrip * 0.7 + roundTrip * 0.3;
    this.clockOffset = Number(view.getBigUint64(8, true)) + roundTrip / 2 - Date.now();
  }

  /** Ends the running stream so that `run` opens another; replaced while one runs. */
  private restart: (reason: string, deliberate: boolean) => void = () => undefined;

  private readonly hurry = (): void => {
    this.backoff.reset();
    this.wake?.();
  };

  /** Waits until a stream is wanted, or the end. */
  private rest(): Promise<void> {
    this.set('idle', null);
    return new Promise(resolve => (this.wake = resolve));
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private set(status: ConnectionStatus, reason: string | null): void {
    if (this.statusValue === status && this.reasonValue === reason) return;
    if (this.abort.signal.aborted && status !== 'closed') return;
    this.statusValue = status;
    this.reasonValue = reason;
    this.handlers.changed();
  }
}

function defaultOpeners(gateway: GatewayClient, channel: string): TransportOpeners {
  return {
    webrtc: (discovery, resume, handlers, signal) =>
      WebRtcTransport.open(gateway, channel, discovery.webrtc?.iceServers ?? [], resume, handlers, signal),
    http: (resume, handlers, signal) => HttpTransport.open(gateway, channel, resume, handlers, signal),
  };
}
