/** JSON shapes of docs/player-protocol.md, section 5 and 6. All of it is hearsay: what the viewer may rely on comes from `verify/`. */

export type SlotKind = 'certified' | 'filler';
export type SlotState = 'planned' | 'generating' | 'verifying' | 'certified' | 'failed';

export interface SlotSummary {
  readonly slot: number;
  readonly epoch: number;
  readonly kind: SlotKind;
  readonly state: SlotState;
  /** Unix milliseconds of the gateway's clock. */
  readonly airsAt?: number | null;
  readonly durationMilliseconds?: number | null;
  readonly channel?: string | null;
  readonly recipeId?: string | null;
  readonly recipeHash?: string | null;
  readonly contentRoot?: string | null;
  readonly chunks?: number | null;
  readonly prompt?: string | null;
  readonly origin?: string | null;
  readonly mime?: string | null;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly framesPerSecond?: number | null;
  readonly votes?: number | null;
  readonly reason?: string | null;
}

export interface DirectorVote {
  readonly account?: string | null;
  readonly name?: string | null;
  readonly key: string;
  readonly verdict: 'accept' | 'reject' | 'absent';
  readonly reason?: string | null;
  readonly committed?: boolean | null;
  readonly revealed?: boolean | null;
  readonly scores?: Readonly<Record<string, number>> | null;
  /** Its signed commitment, and what opens it (hex of the consensus messages, docs/formats.md section 8). */
  readonly commit?: string | null;
  readonly reveal?: string | null;
  /** The frames that it says it had made again. */
  readonly frames?: readonly number[] | null;
}

export interface Caption {
  /** Seconds within the clip. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface SlotDetail extends SlotSummary {
  readonly seed?: string | null;
  readonly modelPackHash?: string | null;
  readonly modelPack?: string | null;
  readonly proposer?: string | null;
  readonly block?: number | null;
  readonly script?: string | null;
  readonly captions?: readonly Caption[] | null;
  readonly directors?: readonly DirectorVote[] | null;
  readonly similarity?: readonly (readonly (number | null)[])[] | null;
  readonly thresholds?: Readonly<Record<string, number>> | null;
  readonly times?: Readonly<Record<string, number | null>> | null;
}

export interface ChannelInfo {
  readonly name: string;
  readonly title?: string | null;
  readonly now?: number | null;
  readonly state?: string | null;
  readonly epoch?: number | null;
  readonly slot?: number | null;
  readonly slotMilliseconds?: number | null;
  readonly current?: SlotSummary | null;
  readonly next?: readonly SlotSummary[] | null;
  readonly queueLength?: number | null;
  readonly viewers?: number | null;
}

export interface Discovery {
  readonly protocol: number;
  readonly chainId: string;
  /** Hash of the chain's first block: another one than before means that the chain was started afresh. */
  readonly history?: string | null;
  /** The slot on air. */
  readonly slot?: number | null;
  readonly now?: number | null;
  readonly channels?: readonly { readonly name: string; readonly title?: string | null }[] | null;
  readonly threshold?: number | null;
  readonly slotMilliseconds?: number | null;
  readonly webrtc?: { readonly enabled: boolean; readonly iceServers?: readonly RTCIceServer[] | null } | null;
}

export interface EpochDirectors {
  readonly epoch: number;
  readonly threshold?: number | null;
  readonly block?: number | null;
  readonly directors: readonly { readonly key: string; readonly account?: string | null; readonly name?: string | null }[];
}

export type RecipeStateName =
  | 'queued'
  | 'scheduled'
  | 'generating'
  | 'verifying'
  | 'certified'
  | 'on-air'
  | 'aired'
  | 'failed';

export interface RecipeState {
  readonly id: string;
  readonly channel?: string | null;
  readonly prompt?: string | null;
  readonly state: RecipeStateName;
  readonly place?: number | null;
  readonly slot?: number | null;
  readonly airsAt?: number | null;
  readonly estimatedAirsAt?: number | null;
  readonly recipeHash?: string | null;
  readonly reason?: string | null;
  readonly history?: readonly { readonly state: string; readonly at: number }[] | null;
}

export interface RecipeRequest {
  readonly channel: string;
  readonly prompt: string;
  readonly seconds?: number;
  readonly script?: string;
}
