import { toHex, fromHex, type Bytes } from './codec/bytes.js';
import { FrameType, type Frame } from './codec/frames.js';
import { GatewayClient } from './gateway/gatewayClient.js';
import type { Discovery } from './gateway/model.js';
import { LiveProgramme } from './playback/liveProgramme.js';
import { MediaSink } from './playback/mediaSink.js';
import { RateMeter } from './playback/rateMeter.js';
import { Screen } from './playback/screen.js';
import { parseObject, parseSummary, SlotSession } from './playback/slotSession.js';
import type { PlayerSnapshot, PlayerStatistics } from './snapshot.js';
import { Connection, type TransportChoice } from './transport/connection.js';
import { missingCryptography } from './verify/crypto.js';
import { DirectorLibrary } from './verify/directorLibrary.js';
import { parseCertificate } from './verify/certificate.js';
import { parseChunk, peekChunkSlot } from './verify/chunk.js';
import { newCounters, type SlotVerifierContext } from './verify/slotVerifier.js';
import { DirectorTrust, type TrustOptions } from './verify/trust.js';
import { buildSnapshot } from './view.js';

/** How far the picture may be behind the air before the player jumps forward. */
export type Delay = 'low' | 'balanced' | 'stable';
const behindSecondsMax: Record<Delay, number> = { low: 2.5, balanced: 6, stable: 20 };

/** Nothing lowers this, whatever a gateway says. */
const thresholdMin = 3;
const tickMilliseconds = 250;
/** A pause longer than this stops the stream; playing again joins live. */
const longPauseMilliseconds = 20_000;

export interface PlayerOptions {
  readonly video: HTMLVideoElement;
  readonly channel: string;
  /** Base URL of the gateway; empty for the page's own origin. */
  readonly gateway?: string;
  readonly trust?: TrustOptions;
  readonly transport?: TransportChoice;
  readonly delay?: Delay;
}

/**
 * Plays one channel in a video element. Only bytes that have passed the checks of docs/player-protocol.md, section 7, reach the decoder;
 * filler does so too, and is labelled.
 */
export class Player {
  readonly gateway: GatewayClient;
  private readonly screen: Screen;
  private readonly connection: Connection;
  private readonly programme: LiveProgramme;
  private readonly context: SlotVerifierContext & { chainId: string | null; threshold: number };
  private readonly library: DirectorLibrary;
  private readonly meter = new RateMeter();
  private readonly listeners = new Set<() => void>();
  private replaySession: SlotSession | null = null;
  private replaying = false;
  private session: string | null = null;
  private history: string | null = null;
  private restarts = 0;
  private readonly chainIsPinned: boolean;
  private delay: Delay;
  private unsupported: string | null = null;
  private snapshotValue: PlayerSnapshot | null = null;
  private notifying = false;
  private tick: ReturnType<typeof setInterval> | undefined;
  private pausedAt: number | null = null;
  private unsubscribed = false;
  /** A new subscription is on its way: what still arrives is of the old one. */
  private expectsHello = false;
  private closed = false;
  /** Counts changes between live and replays: a step that was waiting while the viewer chose something else must not go on. */
  private turn = 0;
  private readonly startedAt = performance.now();

  constructor(options: PlayerOptions) {
    this.gateway = new GatewayClient(options.gateway ?? '');
    this.delay = options.delay ?? 'balanced';
    const trust = new DirectorTrust(options.trust ?? {}, (url, epoch) => new GatewayClient(url).directors(epoch));
    this.library = new DirectorLibrary(trust, epoch => this.gateway.directors(epoch));
    const pinnedChain = fromHex(options.trust?.chainId, 32);
    this.chainIsPinned = pinnedChain !== null;
    this.context = {
      chainId: pinnedChain === null ? null : toHex(pinnedChain),
      threshold: thresholdMin,
      counters: newCounters(),
      directors: epoch => this.library.directors(epoch),
    };
    this.screen = new Screen(options.video, () => this.changed());
    this.programme = new LiveProgramme(this.screen, this.gateway, this.context, () => this.changed());
    this.connection = new Connection(options.channel, this.gateway, options.transport ?? 'auto', {
      discovered: discovery => this.discovered(discovery),
      frame: frame => this.receive(frame),
      changed: () => this.changed(),
      resumePoint: () => this.resumePoint(),
    });
  }

  /** Begins to connect and to play. */
  async start(): Promise<void> {
    this.unsupported = MediaSink.supported() ? await missingCryptography() : 'This browser cannot play WebM with VP8 and Opus through MediaSource.';
    if (this.closed) return;
    if (this.unsupported !== null) return this.changed();
    const opened = this.screen.open('live');
    void this.connection.run();
    await opened;
    if (this.closed) return;
    void this.screen.play();
    this.tick = setInterval(() => this.watch(), tickMilliseconds);
  }

  close(): void {
    this.closed = true;
    clearInterval(this.tick);
    this.connection.close();
    this.programme.clear();
    this.replaySession?.close();
    this.screen.close();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get snapshot(): PlayerSnapshot {
    this.snapshotValue ??= buildSnapshot(this.connection, this.screen, this.programme, this.replaying ? 'replay' : 'live', this.replaySession, this.unsupported, this.restarts);
    return this.snapshotValue;
  }

  async play(): Promise<void> {
    this.pausedAt = null;
    if (this.unsubscribed) await this.goLive();
    else await this.screen.play();
  }

  pause(): void {
    this.pausedAt = performance.now();
    this.screen.pause();
  }

  setVolume(volume: number): void {
    this.screen.setVolume(volume);
  }

  setMuted(muted: boolean): void {
    this.screen.setMuted(muted);
  }

  setDelay(delay: Delay): void {
    this.delay = delay;
  }

  setTransport(choice: TransportChoice): void {
    this.connection.choose(choice);
  }

  /** Drops whatever is shown and joins what is on air now. */
  async goLive(): Promise<void> {
    const turn = ++this.turn;
    this.replaySession?.close();
    this.replaySession = null;
    this.replaying = false;
    this.pausedAt = null;
    this.unsubscribed = false;
    this.programme.clear();
    await this.screen.open('live');
    if (turn !== this.turn) return;
    void this.screen.play();
    this.expectsHello = this.connection.status === 'live';
    this.connection.subscribe(null);
    this.changed();
  }

  /** Plays a past slot from its start, with the same checks; returns to the air at its end. */
  async replay(slot: number): Promise<void> {
    const turn = ++this.turn;
    this.replaySession?.close();
    this.replaySession = null;
    this.replaying = true;
    this.programme.clear();
    this.connection.unsubscribe();
    this.pausedAt = null;
    this.unsubscribed = false;
    await this.screen.open('replay');
    const summary = parseSummary((await this.gateway.slot(slot)) as unknown as Record<string, unknown>);
    const chunks = summary?.chunks ?? (await this.countChunks(slot));
    if (turn !== this.turn) return;
    const session = new SlotSession({
      slot,
      summary,
      firstChunk: 0,
      gateway: this.gateway,
      context: this.context,
      changed: changed => {
        if (this.replaySession === changed) void this.screen.feed(changed).then(() => this.changed());
      },
    });
    this.replaySession = session;
    this.screen.onEnded = () => void this.goLive();
    session.expectProof(true);
    session.feeder.expectRest(chunks);
    void this.screen.play();
    this.changed();
  }

  async statistics(): Promise<PlayerStatistics> {
    const transport = await this.connection.transportStatistics();
    const figures = this.screen.figures();
    return {
      bitsPerSecond: this.meter.bitsPerSecond(performance.now()),
      bytesReceived: this.meter.total,
      behindSeconds: this.behind(),
      joinMilliseconds: this.screen.firstFrameAt === null ? null : this.screen.firstFrameAt - this.startedAt,
      roundTripMilliseconds: this.connection.roundTripMilliseconds ?? transport.roundTripMilliseconds ?? null,
      checks: { ...this.context.counters },
      chunksRecovered: this.programme.recovered,
      chunksLost: this.programme.lost,
      reconnections: this.connection.reconnectionCount,
      remoteAddress: transport.remoteAddress ?? null,
      ...figures,
    };
  }

  private async discovered(discovery: Discovery): Promise<void> {
    const chain = fromHex(discovery.chainId, 32);
    const history = fromHex(discovery.history, 32);
    const newest = this.programme.newest;
    if (history !== null && this.history !== null && toHex(history) !== this.history) {
      // Started afresh: epochs and slots mean something else now. What is pinned still holds.
      this.restarts++;
      this.library.forget();
      if (!this.chainIsPinned) this.context.chainId = null;
      await this.beginAnew();
    } else if (typeof discovery.slot === 'number' && newest !== null && discovery.slot + 1 < newest) {
      // The network was away for long and goes on where it stopped.
      await this.beginAnew();
    }
    if (history !== null) this.history = toHex(history);
    // A pinned chain wins; else the first answer of the session stands.
    if (chain !== null) this.context.chainId ??= toHex(chain);
    if (Number.isSafeInteger(discovery.threshold)) this.context.threshold = Math.max(thresholdMin, discovery.threshold!);
  }

  /** Slot numbers count from elsewhere: nothing that is here fits what comes. */
  private async beginAnew(): Promise<void> {
    this.turn++;
    this.replaySession?.close();
    this.replaySession = null;
    if (this.replaying) this.connection.subscribe(null);
    this.replaying = false;
    this.session = null;
    this.programme.clear();
    await this.screen.open('live');
    if (this.pausedAt === null) void this.screen.play();
  }

  private receive(frame: Frame): void {
    this.meter.add(performance.now(), frame.body.length + 5);
    switch (frame.type) {
      case FrameType.hello: {
        this.expectsHello = false;
        const session = parseObject(frame.body)?.['session'];
        if (typeof session === 'string') this.session = session.slice(0, 256);
        return;
      }
      case FrameType.directors:
        return this.library.offer(parseObject(frame.body));
      case FrameType.slot: {
        const summary = parseSummary(parseObject(frame.body));
        if (summary === null) return;
        this.programme.announce(summary);
        return this.changed();
      }
      default:
        if (!this.replaying && !this.unsubscribed && !this.expectsHello) this.receiveContent(frame.type, frame.body);
    }
  }

  private receiveContent(type: number, body: Bytes): void {
    if (type === FrameType.chunk) {
      const slot = peekChunkSlot(body);
      if (slot === null) this.programme.brokenChunk('a chunk is malformed: it is too short');
      else this.programme.chunk(slot, body);
    } else if (type === FrameType.certificate) {
      const parsed = parseCertificate(body);
      if (parsed.ok) this.programme.certificate(parsed.value.statement.slot, body);
      else this.programme.brokenCertificate(`the certificate is malformed: ${parsed.reason}`);
    } else if (type === FrameType.recipe && body.length > 8) {
      const slot = Number(new DataView(body.buffer, body.byteOffset).getBigUint64(0, true));
      this.programme.recipe(slot, body.subarray(8) as Bytes);
    }
  }

  private resumePoint() {
    if (this.replaying || this.unsubscribed) return null;
    const next = this.programme.nextWanted();
    return next === null ? null : { ...next, session: this.session };
  }

  private gatewayNow(): number | null {
    const offset = this.connection.clockOffsetMilliseconds;
    return offset === null ? null : Date.now() + offset;
  }

  private behind(): number | null {
    const now = this.gatewayNow();
    return now === null || this.replaying ? null : this.screen.behind(now);
  }

  private watch(): void {
    this.screen.watch();
    if (!this.replaying) {
      const behind = this.behind();
      if (this.pausedAt === null && behind !== null && behind > behindSecondsMax[this.delay]) this.screen.catchUp(this.gatewayNow()!);
      if (this.pausedAt !== null && !this.unsubscribed && performance.now() - this.pausedAt > longPauseMilliseconds) {
        this.unsubscribed = true;
        this.connection.unsubscribe();
      }
    }
    this.changed();
  }

  private async countChunks(slot: number): Promise<number | null> {
    const first = parseChunk(await this.gateway.chunk(slot, 0));
    return first.ok ? first.value.header.leafCount : null;
  }

  /** Listeners hear once per turn, however much has changed in it. */
  private changed(): void {
    if (this.notifying || this.closed) return;
    this.notifying = true;
    queueMicrotask(() => {
      this.notifying = false;
      this.snapshotValue = null;
      for (const listener of this.listeners) listener();
    });
  }
}
