import type { Frame } from '../codec/frames.js';

export type TransportKind = 'webrtc' | 'http';

/** The next chunk wanted, when a stream is taken up again. */
export interface ResumePoint {
  readonly slot: number;
  readonly chunk: number;
  readonly session: string | null;
}

export interface TransportHandlers {
  /** Bytes have come, whether they complete a frame or not. */
  activity(): void;
  frame(frame: Frame): void;
  /** Once, whatever ended it. Not called after `close()`. */
  closed(reason: string): void;
}

/** One live stream of frames from the gateway. */
export interface Transport {
  readonly kind: TransportKind;
  /** Sends a frame to the gateway; ignored where the transport is one-way. */
  send(frame: Uint8Array): void;
  close(): void;
  /** Figures of the connection itself, as far as the transport knows them. */
  statistics(): Promise<TransportStatistics>;
}

export interface TransportStatistics {
  readonly roundTripMilliseconds?: number;
  readonly localAddress?: string;
  readonly remoteAddress?: string;
}
