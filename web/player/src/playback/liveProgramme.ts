import type { Bytes } from '../codec/bytes.js';
import type { GatewayClient } from '../gateway/gatewayClient.js';
import type { SlotSummary } from '../gateway/model.js';
import type { SlotVerifierContext } from '../verify/slotVerifier.js';
import type { Screen } from './screen.js';
import { SlotSession } from './slotSession.js';

const sessionsMax = 64;
/** A slot whose proof does not come holds up the next one no longer than this. */
const uncertifiedMilliseconds = 4_000;

/** The slots of the live stream, in order: the first unfinished one feeds the screen, the later ones wait behind it. */
export class LiveProgramme {
  private readonly sessions = new Map<number, SlotSession>();
  private queue: SlotSession[] = [];
  private recoveredBefore = 0;
  private lostBefore = 0;
  /** The slot whose content came last. */
  private latest: number | null = null;
  private headSince = 0;
  private pumping = false;
  private pumpAgain = false;

  constructor(
    private readonly screen: Screen,
    private readonly gateway: GatewayClient,
    private readonly context: SlotVerifierContext,
    private readonly changed: () => void,
  ) {}

  get recovered(): number {
    return this.recoveredBefore + [...this.sessions.values()].reduce((sum, session) => sum + session.feeder.recovered, 0);
  }

  get lost(): number {
    return this.lostBefore + [...this.sessions.values()].reduce((sum, session) => sum + session.feeder.lost, 0);
  }

  session(slot: number): SlotSession | null {
    return this.sessions.get(slot) ?? null;
  }

  /** The newest slot that failed its checks. */
  latestBroken(): SlotSession | null {
    let latest: SlotSession | null = null;
    for (const session of this.sessions.values()) {
      if (session.verifier.verdict === 'broken' && session.slot > (latest?.slot ?? -1)) latest = session;
    }
    return latest;
  }

  /** The slot that will be shown next, when nothing is on the screen yet. */
  head(): SlotSession | null {
    return this.queue[0] ?? null;
  }

  /** Announced slots behind `slot`, in order. */
  upcoming(slot: number): SlotSummary[] {
    return [...this.sessions.values()]
      .filter(session => session.slot > slot && session.summary !== null)
      .map(session => session.summary!)
      .sort((a, b) => a.slot - b.slot);
  }

  announce(summary: SlotSummary): void {
    const session = this.open(summary.slot);
    session.summary = summary;
  }

  certificate(slot: number, bytes: Bytes): void {
    this.latest = slot;
    this.open(slot).verifier.offerCertificate(bytes);
  }

  recipe(slot: number, bytes: Bytes): void {
    this.open(slot).verifier.offerRecipe(bytes);
  }

  chunk(slot: number, body: Bytes): void {
    this.latest = slot;
    const session = this.open(slot);
    if (!this.queue.includes(session)) {
      const last = this.queue.at(-1) ?? null;
      const newest = Math.max(last?.slot ?? -1, this.screen.timeline.last?.slot ?? -1);
      if (slot < newest || (last === null && this.screen.timeline.find(slot) !== null && session.feeder.finished)) return;
      for (const earlier of this.queue) this.completeEarlier(earlier);
      if (this.queue.length === 0) this.headSince = performance.now();
      this.queue.push(session);
    }
    session.offerChunk(body);
  }

  /** A certificate that cannot be read belongs to the first slot that still owes one. */
  brokenCertificate(reason: string): void {
    const shown = this.screen.timeline.last?.slot ?? -1;
    const owing = [...this.sessions.values()].filter(session => session.slot > shown && !session.verifier.hasCertificate && session.summary?.kind !== 'filler');
    const first = owing.reduce<SlotSession | null>((least, session) => (least === null || session.slot < least.slot ? session : least), null);
    first?.verifier.break(reason);
  }

  /** A chunk without a readable slot number belongs to the slot whose content came last. */
  brokenChunk(reason: string): void {
    if (this.latest !== null) this.open(this.latest).verifier.break(reason);
    else this.brokenCertificate(reason);
  }

  /** The highest slot whose content has come; null before. */
  get newest(): number | null {
    const newest = Math.max(this.queue.at(-1)?.slot ?? -1, this.screen.timeline.last?.slot ?? -1, this.latest ?? -1);
    return newest < 0 ? null : newest;
  }

  /** The next chunk that the stream should bring; null when nothing has come yet. */
  nextWanted(): { slot: number; chunk: number } | null {
    const last = this.queue.at(-1);
    const session = last ?? this.session(this.screen.timeline.last?.slot ?? -1);
    const next = session?.feeder.nextChunk ?? null;
    if (session === null || session === undefined || next === null) return null;
    return session.feeder.finished ? { slot: session.slot + 1, chunk: 0 } : { slot: session.slot, chunk: next };
  }

  clear(): void {
    this.recoveredBefore = this.recovered;
    this.lostBefore = this.lost;
    for (const session of this.sessions.values()) session.close();
    this.sessions.clear();
    this.queue = [];
    this.latest = null;
  }

  private open(slot: number): SlotSession {
    let session = this.sessions.get(slot);
    if (session === undefined) {
      session = new SlotSession({
        slot,
        summary: null,
        firstChunk: null,
        gateway: this.gateway,
        context: this.context,
        changed: changed => this.sessionChanged(changed),
      });
      this.sessions.set(slot, session);
      this.evict();
    }
    return session;
  }

  private evict(): void {
    while (this.sessions.size > sessionsMax) {
      const oldest = Math.min(...this.sessions.keys());
      const session = this.sessions.get(oldest)!;
      this.recoveredBefore += session.feeder.recovered;
      this.lostBefore += session.feeder.lost;
      session.close();
      this.sessions.delete(oldest);
      this.queue = this.queue.filter(queued => queued !== session);
    }
  }

  /** The stream has gone on to a later slot: fetch what this one lacks, once all that came has been checked. */
  private completeEarlier(session: SlotSession): void {
    void session.verifier.settled().then(() => {
      if (session.verifier.verdict !== 'checking') session.feeder.expectRest(session.verifier.chunkCount);
      else setTimeout(() => void this.pump(), uncertifiedMilliseconds);
    });
  }

  private sessionChanged(session: SlotSession): void {
    if (session.verifier.verdict === 'broken') void this.screen.wipe(session.slot);
    void this.pump();
    this.changed();
  }

  private async pump(): Promise<void> {
    this.pumpAgain = true;
    if (this.pumping) return;
    this.pumping = true;
    while (this.pumpAgain) {
      this.pumpAgain = false;
      const head = this.queue[0];
      if (head === undefined) break;
      await this.screen.feed(head);
      if (this.queue[0] !== head) continue;
      const waited = performance.now() - this.headSince;
      if (head.verifier.verdict === 'checking' && this.queue.length > 1 && waited > uncertifiedMilliseconds) head.feeder.end();
      if (head.feeder.finished) {
        this.queue.shift();
        this.headSince = performance.now();
        this.pumpAgain = true;
      }
    }
    this.pumping = false;
  }
}
