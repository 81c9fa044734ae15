import { FrameReader } from '../codec/frames.js';
import type { GatewayClient } from '../gateway/gatewayClient.js';
import type { ResumePoint, Transport, TransportHandlers, TransportStatistics } from './transport.js';

/** The gateway sends something at least every 5 s; after this silence the stream is dead, whatever TCP believes. */
const silenceMilliseconds = 15_000;

/** The frame stream as an endless HTTP response (docs/player-protocol.md, section 4): for networks that block UDP. */
export class HttpTransport implements Transport {
  readonly kind = 'http';
  private readonly abort = new AbortController();
  private readonly reader = new FrameReader();
  private ended = false;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  private constructor(private readonly handlers: TransportHandlers) {}

  static async open(
    gateway: GatewayClient,
    channelName: string,
    resume: ResumePoint | null,
    handlers: TransportHandlers,
    signal: AbortSignal,
  ): Promise<HttpTransport> {
    const transport = new HttpTransport(handlers);
    const query = new URLSearchParams();
    if (resume !== null) {
      query.set('from', `${resume.slot}.${resume.chunk}`);
      if (resume.session !== null) query.set('session', resume.session);
    }
    signal.addEventListener('abort', () => transport.abort.abort(), { once: true });
    const body = await gateway.stream(channelName, query, transport.abort.signal);
    void transport.pump(body);
    return transport;
  }

  send(): void {
    // One-way: for a pause the connection closes the stream, for a new position it opens another.
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.watchdog);
    this.abort.abort();
  }

  statistics(): Promise<TransportStatistics> {
    return Promise.resolve({});
  }

  private async pump(body: ReadableStream<Uint8Array>): Promise<void> {
    const stream = body.getReader();
    let reason = 'the gateway ended the stream';
    try {
      for (;;) {
        this.watch();
        const { done, value } = await stream.read();
        if (done) break;
        this.handlers.activity();
        for (const frame of this.reader.push(value)) this.handlers.frame(frame);
        if (this.reader.error !== null) {
          reason = this.reader.error;
          break;
        }
      }
    } catch {
      reason = 'the connection was lost';
    }
    if (this.ended) return;
    this.close();
    this.handlers.closed(reason);
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.abort.abort(), silenceMilliseconds);
  }
}
