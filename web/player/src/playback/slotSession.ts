import { fromUtf8, type Bytes } from '../codec/bytes.js';
import type { GatewayClient } from '../gateway/gatewayClient.js';
import type { SlotSummary } from '../gateway/model.js';
import { GatewayError } from '../gateway/problem.js';
import { SlotVerifier, type SlotVerifierContext } from '../verify/slotVerifier.js';
import { SlotFeeder } from './slotFeeder.js';

/** How long the stream may owe a certificate, its directors or a recipe before they are asked for. */
const patienceMilliseconds = 1_200;
const attemptsMax = 5;

export interface SlotSessionOptions {
  readonly slot: number;
  readonly summary: SlotSummary | null;
  /** First chunk wanted; null: whichever comes first. */
  readonly firstChunk: number | null;
  readonly gateway: GatewayClient;
  readonly context: SlotVerifierContext;
  readonly changed: (session: SlotSession) => void;
}

/** One slot on its way to the screen: what is said about it, what is proven of it, and its bytes in order. */
export class SlotSession {
  readonly slot: number;
  readonly verifier: SlotVerifier;
  readonly feeder: SlotFeeder;
  summary: SlotSummary | null;
  private readonly options: SlotSessionOptions;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private closed = false;

  constructor(options: SlotSessionOptions) {
    this.options = options;
    this.slot = options.slot;
    this.summary = options.summary;
    const changed = () => {
      if (this.verifier.verdict === 'broken' && !this.feeder.finished) this.feeder.end();
      options.changed(this);
    };
    this.verifier = new SlotVerifier(options.slot, () => this.summary, options.context, {
      verified: (header, payload) => this.feeder.push(header, payload),
      changed,
    });
    this.feeder = new SlotFeeder(
      options.firstChunk,
      index => options.gateway.chunk(options.slot, index),
      body => {
        this.verifier.offerChunk(body);
        return this.verifier.settled();
      },
      () => options.changed(this),
    );
  }

  /** True when there is something to show or to wait for. */
  get live(): boolean {
    return !this.closed;
  }

  /** Takes a chunk from the stream. */
  offerChunk(body: Bytes): void {
    this.verifier.offerChunk(body);
    this.expectProof();
  }

  /** From now on certificate and recipe are fetched if the stream does not bring them soon. */
  expectProof(immediately = false): void {
    if (this.patience !== undefined || this.closed || this.summary?.kind === 'filler') return;
    this.patience = setTimeout(() => void this.complete(), immediately ? 0 : patienceMilliseconds);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.patience);
  }

  private async complete(): Promise<void> {
    const { verifier, slot, options } = this;
    if (!this.closed && !verifier.hasCertificate) await this.fetch(() => options.gateway.certificate(slot), bytes => verifier.offerCertificate(bytes), 'certificate');
    else if (verifier.certificate === null) verifier.retry();
    if (!this.closed && !verifier.hasRecipe) await this.fetch(() => options.gateway.recipeBytes(slot), bytes => verifier.offerRecipe(bytes), null);
    await verifier.settled();
    const complete = verifier.certificate !== null && verifier.hasRecipe;
    if (this.closed || verifier.verdict === 'broken' || complete || ++this.attempts >= attemptsMax) return;
    this.patience = setTimeout(() => void this.complete(), patienceMilliseconds);
  }

  private async fetch(get: () => Promise<Bytes>, take: (bytes: Bytes) => void, required: string | null): Promise<void> {
    try {
      take(await get());
    } catch (error) {
      // "There is none" for a slot that claims to be certified is a lie; "not now" is not.
      const absent = error instanceof GatewayError && error.status === 404;
      if (absent && required !== null && this.attempts >= 2) this.verifier.break(`the slot claims a ${required}, but there is none`);
    }
  }
}

/** Parses the JSON body of a frame; null when it is not an object. */
export function parseObject(body: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(fromUtf8(body) ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Takes a slot summary from outside: the fields that matter are of the right type. */
export function parseSummary(value: Record<string, unknown> | null): SlotSummary | null {
  if (value === null || !Number.isSafeInteger(value['slot']) || !Number.isSafeInteger(value['epoch'])) return null;
  if (value['kind'] !== 'certified' && value['kind'] !== 'filler') return null;
  return value as unknown as SlotSummary;
}
