import type { Caption, SlotSummary } from './gateway/model.js';
import type { ConnectionStatus } from './transport/connection.js';
import type { TransportKind } from './transport/transport.js';
import type { TrustSource } from './verify/trust.js';
import type { CheckCounters, Verdict } from './verify/slotVerifier.js';

/** One slot as the player sees it. Everything under `proof` is checked, everything under `summary` is hearsay. */
export interface SlotView {
  readonly slot: number;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly summary: SlotSummary | null;
  readonly proof: SlotProof | null;
  readonly chunksVerified: number;
  readonly chunkCount: number | null;
  readonly captions: readonly Caption[];
}

export interface SlotProof {
  readonly epoch: number;
  /** From the recipe whose hash the directors signed; null while the recipe is missing. */
  readonly prompt: string | null;
  readonly script: string | null;
  readonly recipeHash: string;
  readonly modelPackHash: string;
  readonly contentRoot: string;
  readonly chainId: string;
  /** Hash of the embedding that stands for what the directors saw. */
  readonly embeddingHash: string;
  /** Frames of the clip, by its recipe; null while the recipe is missing. */
  readonly frameCount: number | null;
  /** Keys (hex) of the epoch's directors, in the order of the ledger. */
  readonly directorKeys: readonly string[];
  /** Keys (hex) of the directors whose signatures were verified. */
  readonly signers: readonly string[];
  readonly directors: number;
  readonly trust: TrustSource;
  readonly witnesses: number;
}

/** What to show. Replaced as a whole at every change, never mutated. */
export interface PlayerSnapshot {
  readonly mode: 'live' | 'replay';
  readonly status: ConnectionStatus;
  readonly statusReason: string | null;
  readonly transport: TransportKind | null;
  /** UDP did not get through; HTTP carries the stream. */
  readonly udpBlocked: boolean;
  /** Verdict on what is on the screen now; null when nothing is. */
  readonly verdict: Verdict | null;
  readonly verdictReason: string | null;
  /** The slot on the screen. */
  readonly slot: SlotView | null;
  /** Slots announced but not yet shown, by number. */
  readonly upcoming: readonly SlotSummary[];
  readonly paused: boolean;
  /** Wants to play but has nothing to play. */
  readonly starved: boolean;
  readonly muted: boolean;
  readonly volume: number;
  /** The browser allowed playing only without sound until the viewer acts. */
  readonly soundBlocked: boolean;
  /** How often the chain was started afresh while this player watched: slots of before belong to a chain that is gone. */
  readonly restarts: number;
  /** Why this browser cannot play or check at all. */
  readonly unsupported: string | null;
  /** Seconds within the clip on the screen, and its length. */
  readonly clipTime: number;
  readonly clipDuration: number | null;
}

export interface PlayerStatistics {
  readonly bitsPerSecond: number;
  readonly bytesReceived: number;
  /** Seconds buffered ahead of the playhead. */
  readonly bufferSeconds: number;
  /** Seconds behind what is on air by the gateway's clock; null when unknown. */
  readonly behindSeconds: number | null;
  readonly joinMilliseconds: number | null;
  readonly roundTripMilliseconds: number | null;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly width: number;
  readonly height: number;
  readonly checks: Readonly<CheckCounters>;
  readonly chunksRecovered: number;
  readonly chunksLost: number;
  readonly stalls: number;
  readonly skips: number;
  readonly reconnections: number;
  readonly remoteAddress: string | null;
}
