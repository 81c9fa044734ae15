import type { Frame } from '../codec/frames.js';
import { GatewayError } from '../gateway/problem.js';
import type { Transport, TransportHandlers } from './transport.js';

export type OpenTransport = (handlers: TransportHandlers, signal: AbortSignal) => Promise<Transport>;

/** One transport in the race: what it brings waits until it has won. */
class Candidate {
  transport: Transport | null = null;
  readonly abort = new AbortController();
  private state: 'racing' | 'won' | 'lost' = 'racing';
  private readonly waiting: Frame[] = [];

  constructor(
    private readonly to: TransportHandlers,
    private readonly delivered: () => void,
    private readonly failed: (error: Error) => void,
  ) {}

  readonly handlers: TransportHandlers = {
    activity: () => {
      if (this.state === 'won') this.to.activity();
    },
    frame: frame => {
      if (this.state === 'won') return this.to.frame(frame);
      if (this.state === 'lost') return;
      this.waiting.push(frame);
      this.delivered();
    },
    closed: reason => {
      if (this.state === 'won') this.to.closed(reason);
      else if (this.state === 'racing') this.failed(new Error(reason));
    },
  };

  get hasFrames(): boolean {
    return this.waiting.length > 0;
  }

  win(): Transport {
    this.state = 'won';
    this.to.activity();
    for (const frame of this.waiting.splice(0)) this.to.frame(frame);
    return this.transport!;
  }

  /** From now on nothing of it is heard. */
  lose(): void {
    this.state = 'lost';
    this.waiting.length = 0;
  }
}

export interface RaceOptions {
  readonly webrtc: OpenTransport;
  readonly http: OpenTransport;
  /** How long WebRTC has for itself. */
  readonly headStartMilliseconds: number;
  readonly handlers: TransportHandlers;
  /** Ends everything that has not won. */
  readonly signal: AbortSignal;
  /** Whether UDP gets through, as soon as that is known: maybe only after HTTP has won. Not called when it cannot be told. */
  readonly udp: (works: boolean) => void;
}

/**
 * Opens WebRTC and, when that takes longer than its head start or fails, HTTP beside it. WebRTC wins as soon as it is open, HTTP with its
 * first frame; the other is closed. A WebRTC attempt that has lost goes on to its end all the same, because only that tells whether UDP is
 * blocked or was merely slow.
 */
export function race({ webrtc: openWebRtc, http: openHttp, headStartMilliseconds, handlers, signal, udp }: RaceOptions): Promise<Transport> {
  return new Promise((resolve, reject) => {
    let over = false;
    let httpStarted = false;
    let webrtcFailed = false;
    let httpError: Error | null = null;

    const finish = (settle: () => void) => {
      over = true;
      clearTimeout(headStart);
      settle();
    };
    const httpWins = () => finish(() => {
      webrtc.lose();
      resolve(http.win());
    });
    const drop = (candidate: Candidate) => {
      candidate.lose();
      candidate.abort.abort();
      candidate.transport?.close();
    };

    const httpFails = (error: Error) => {
      httpError ??= error;
      http.lose();
      if (!over && webrtcFailed) finish(() => reject(httpError));
    };
    const http: Candidate = new Candidate(handlers, () => !over && http.transport !== null && httpWins(), httpFails);
    const startHttp = () => {
      if (over || httpStarted) return;
      httpStarted = true;
      openHttp(http.handlers, http.abort.signal).then(
        transport => {
          http.transport = transport;
          if (over) drop(http);
          // Without a rival there is nothing to wait for; with one, the first frame decides.
          else if (webrtcFailed || http.hasFrames) httpWins();
        },
        httpFails,
      );
    };

    const webrtcFails = (error: Error) => {
      // An answer from the gateway (429, 503, 404) is not a matter of UDP: obey it.
      const answered = error instanceof GatewayError && error.status > 0;
      if (!answered && !signal.aborted) udp(false);
      webrtcFailed = true;
      webrtc.lose();
      if (over) return;
      if (answered) {
        drop(http);
        finish(() => reject(error));
      } else if (signal.aborted) finish(() => reject(error));
      else if (httpError !== null) finish(() => reject(httpError));
      else if (http.transport !== null) httpWins();
      else startHttp();
    };
    const webrtc = new Candidate(handlers, () => undefined, webrtcFails);
    const headStart = setTimeout(startHttp, headStartMilliseconds);
    signal.addEventListener('abort', () => {
      webrtc.abort.abort();
      http.abort.abort();
    }, { once: true });
    openWebRtc(webrtc.handlers, webrtc.abort.signal).then(
      transport => {
        webrtc.transport = transport;
        udp(true);
        if (over) return drop(webrtc);
        drop(http);
        finish(() => resolve(webrtc.win()));
      },
      webrtcFails,
    );
  });
}
