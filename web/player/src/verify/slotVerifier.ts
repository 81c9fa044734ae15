import { bytesEqual, fromHex, toHex, type Bytes } from '../codec/bytes.js';
import type { SlotSummary } from '../gateway/model.js';
import { checkCertificate, parseCertificate, type Certificate, type CertificateCheck } from './certificate.js';
import { checkChunk, parseChunk, type Chunk, type ChunkHeader } from './chunk.js';
import { checkRecipe, type Recipe } from './recipe.js';
import type { DirectorSet } from './trust.js';

/** `checking` until the certificate is proven; `broken` and `filler` are final, `certified` is so from the first chunk on. */
export type Verdict = 'checking' | 'certified' | 'filler' | 'broken';

/** Chunks that wait for their certificate; more than this is not kept (they can be fetched again). */
const heldChunksMax = 96;

export interface SlotVerifierHandlers {
  /** A chunk that has passed every check, in the order of arrival. */
  verified(header: ChunkHeader, payload: Bytes): void;
  /** The verdict or what is known has changed. */
  changed(): void;
}

export interface CheckCounters {
  certificates: number;
  signatures: number;
  chunks: number;
  bytes: number;
  failures: number;
  /** Time that checking took, all together. */
  milliseconds: number;
}

export function newCounters(): CheckCounters {
  return { certificates: 0, signatures: 0, chunks: 0, bytes: 0, failures: 0, milliseconds: 0 };
}

export interface SlotVerifierContext {
  /** Hex; the chain whose certificates count. */
  readonly chainId: string | null;
  readonly threshold: number;
  readonly counters: CheckCounters;
  /** The directors of an epoch; fails with a reason when they contradict what is known. Null when they cannot be had now. */
  directors(epoch: number): Promise<{ ok: true; value: DirectorSet } | { ok: false; reason: string } | null>;
}

/**
 * Checks everything of one slot, as docs/player-protocol.md section 7 says, one thing after the other.
 * It gives out verified payloads only; the first failure makes the slot broken for good.
 */
export class SlotVerifier {
  private verdictValue: Verdict = 'checking';
  private reasonValue: string | null = null;
  private certificateValue: Certificate | null = null;
  private certificateBytes: Bytes | null = null;
  private checkValue: CertificateCheck | null = null;
  private recipeValue: Recipe | null = null;
  private recipeBytes: Bytes | null = null;
  private fillerRoot: Bytes | null = null;
  private held: Bytes[] = [];
  private work: Promise<void> = Promise.resolve();
  private chunkCountValue: number | null = null;
  private readonly verifiedLeaves = new Set<number>();

  constructor(
    readonly slot: number,
    private readonly summary: () => SlotSummary | null,
    private readonly context: SlotVerifierContext,
    private readonly handlers: SlotVerifierHandlers,
  ) {}

  get verdict(): Verdict {
    return this.verdictValue;
  }

  /** Why the slot is broken. */
  get reason(): string | null {
    return this.reasonValue;
  }

  /** The proven certificate; null before. */
  get certificate(): Certificate | null {
    return this.checkValue === null ? null : this.certificateValue;
  }

  get check(): CertificateCheck | null {
    return this.checkValue;
  }

  /** The recipe whose hash the directors signed; null until it is known to be that one. */
  get recipe(): Recipe | null {
    return this.recipeValue;
  }

  get hasCertificate(): boolean {
    return this.certificateBytes !== null;
  }

  get hasRecipe(): boolean {
    return this.recipeBytes !== null;
  }

  /** Chunks of the whole clip, as committed by the content root; null until a chunk or a certificate told. */
  get chunkCount(): number | null {
    return this.chunkCountValue;
  }

  /** How many different chunks have passed; one that came twice counts once. */
  get chunksVerified(): number {
    return this.verifiedLeaves.size;
  }

  /** Resolves when everything given so far has been looked at. */
  settled(): Promise<void> {
    return this.work;
  }

  offerCertificate(bytes: Bytes): void {
    this.then(() => this.takeCertificate(bytes));
  }

  offerRecipe(bytes: Bytes): void {
    this.then(() => this.takeRecipe(bytes));
  }

  offerChunk(body: Bytes): void {
    this.then(() => this.takeChunk(body));
  }

  /** Tries again to prove a certificate that waits for its epoch's directors. */
  retry(): void {
    this.then(async () => {
      if (this.checkValue === null && this.certificateValue !== null) await this.prove(this.certificateValue);
    });
  }

  /** The slot is not what it claims to be: final. */
  break(reason: string): void {
    if (this.verdictValue === 'broken') return;
    this.verdictValue = 'broken';
    this.reasonValue = reason;
    this.held = [];
    this.context.counters.failures++;
    this.handlers.changed();
  }

  private then(step: () => Promise<void>): void {
    this.work = this.work.then(async () => {
      if (this.verdictValue === 'broken') return;
      const startedAt = performance.now();
      try {
        await step();
      } catch (error) {
        this.break(`the check itself failed: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.context.counters.milliseconds += performance.now() - startedAt;
    });
  }

  private async takeCertificate(bytes: Bytes): Promise<void> {
    if (this.certificateBytes !== null) {
      // Another selection of votes for the same statement is the same certificate; another statement is a contradiction.
      const other = parseCertificate(bytes);
      if (!other.ok) return this.break(`the certificate is malformed: ${other.reason}`);
      if (!bytesEqual(other.value.message, this.certificateValue!.message)) this.break('two certificates contradict each other');
      return;
    }
    const parsed = parseCertificate(bytes);
    if (!parsed.ok) return this.break(`the certificate is malformed: ${parsed.reason}`);
    this.certificateBytes = bytes;
    this.certificateValue = parsed.value;
    const { statement } = parsed.value;
    if (statement.slot !== this.slot) return this.break(`the certificate is for slot ${statement.slot}`);
    if (this.context.chainId !== null && toHex(statement.chainId) !== this.context.chainId) return this.break('the certificate is of another chain');
    const epoch = this.summary()?.epoch;
    if (epoch !== undefined && epoch !== statement.epoch) return this.break(`the certificate is of epoch ${statement.epoch}, the slot of epoch ${epoch}`);
    await this.prove(parsed.value);
  }

  private async prove(certificate: Certificate): Promise<void> {
    const directors = await this.context.directors(certificate.statement.epoch);
    if (directors === null) return; // Not to be had now; `retry` comes back.
    if (!directors.ok) return this.break(directors.reason);
    const check = await checkCertificate(certificate, directors.value, this.context.threshold);
    this.context.counters.signatures += check.ok ? check.value.signers.length : 0;
    if (!check.ok) return this.break(check.reason);
    this.context.counters.certificates++;
    this.checkValue = check.value;
    if (this.verdictValue === 'checking' && this.summary()?.kind !== 'filler') this.verdictValue = 'certified';
    if (this.recipeBytes !== null) await this.proveRecipe(this.recipeBytes, certificate);
    this.handlers.changed();
    const held = this.held;
    this.held = [];
    for (const body of held) if (this.verdict !== 'broken') await this.takeChunk(body);
  }

  private async takeRecipe(bytes: Bytes): Promise<void> {
    if (this.recipeBytes !== null) return;
    this.recipeBytes = bytes;
    if (this.checkValue !== null) await this.proveRecipe(bytes, this.certificateValue!);
  }

  private async proveRecipe(bytes: Bytes, certificate: Certificate): Promise<void> {
    const recipe = await checkRecipe(bytes, certificate.statement.recipeHash);
    if (!recipe.ok) return this.break(recipe.reason);
    this.recipeValue = recipe.value;
    this.handlers.changed();
  }

  private async takeChunk(body: Bytes): Promise<void> {
    const filler = this.isFiller();
    if (!filler && this.checkValue === null) {
      if (this.held.length < heldChunksMax) this.held.push(body);
      return;
    }
    const parsed = parseChunk(body);
    if (!parsed.ok) return this.break(`a chunk is malformed: ${parsed.reason}`);
    const chunk = parsed.value;
    if (chunk.header.slot !== this.slot) return this.break(`a chunk of slot ${chunk.header.slot} was sent for this slot`);
    const root = filler ? this.rootOfFiller(chunk) : this.certificateValue!.statement.contentRoot;
    this.verdictValue = filler ? 'filler' : 'certified';
    const fault = await checkChunk(chunk, root, this.chunkCountValue);
    if (fault !== null) return this.break(`chunk ${chunk.header.leafIndex}: ${fault}`);
    this.chunkCountValue = chunk.header.leafCount;
    this.verifiedLeaves.add(chunk.header.leafIndex);
    this.context.counters.chunks++;
    this.context.counters.bytes += chunk.payload.length;
    this.handlers.verified(chunk.header, chunk.payload);
  }

  /** What the first chunk was taken for holds for the whole slot, whatever the gateway says about it later. */
  private isFiller(): boolean {
    return this.verdictValue === 'filler' || (this.verifiedLeaves.size === 0 && this.summary()?.kind === 'filler');
  }

  /** Nobody signed a filler: its chunks only have to be of one tree, the announced one if one was announced. */
  private rootOfFiller(chunk: Chunk): Bytes {
    this.fillerRoot ??= fromHex(this.summary()?.contentRoot, 32) ?? chunk.header.contentRoot;
    return this.fillerRoot;
  }
}
