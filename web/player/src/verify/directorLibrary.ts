import { fail, type Result } from '../codec/result.js';
import type { DirectorSet, DirectorTrust } from './trust.js';

/** Gets each epoch's directors once, from the stream or by asking, and remembers what was wrong with an answer. */
export class DirectorLibrary {
  private readonly answers = new Map<number, Promise<Result<DirectorSet>>>();

  constructor(
    private readonly trust: DirectorTrust,
    private readonly ask: (epoch: number) => Promise<unknown>,
  ) {}

  /** Forgets what gateways said: the chain has another history now. */
  forget(): void {
    this.answers.clear();
    this.trust.forget();
  }

  /** Takes a director list that came without being asked for. */
  offer(said: unknown): void {
    const epoch = (said as { epoch?: unknown } | null)?.epoch;
    if (typeof epoch !== 'number') return;
    const before = this.answers.get(epoch);
    this.answers.set(epoch, before === undefined ? this.trust.learn(said) : before.then(known => (known.ok ? this.trust.learn(said) : known)));
    if (this.answers.size > 256) this.answers.delete(this.answers.keys().next().value!);
  }

  /** The directors, or why they are not to be believed; null when nobody answers now. */
  async directors(epoch: number): Promise<Result<DirectorSet> | null> {
    const known = this.answers.get(epoch);
    if (known !== undefined) return known;
    let said: unknown;
    try {
      said = await this.ask(epoch);
    } catch {
      return null;
    }
    if ((said as { epoch?: unknown } | null)?.epoch !== epoch) return fail('the gateway answered with the directors of another epoch');
    this.offer(said);
    return this.answers.get(epoch)!;
  }
}
