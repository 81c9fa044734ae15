import { fromHex, toHex } from '../codec/bytes.js';
import { fail, ok, type Result } from '../codec/result.js';
import type { EpochDirectors } from '../gateway/model.js';

/** What the page knows beforehand, from its own configuration, and holds against whatever a gateway says. */
export interface TrustOptions {
  /** The only chain whose certificates count (hex). */
  readonly chainId?: string;
  /** Director keys per epoch number (hex, 32 bytes each). */
  readonly directors?: Readonly<Record<string, readonly string[]>>;
  /** Keys of everybody who may ever be a director; a set with a foreign key is refused. */
  readonly candidates?: readonly string[];
  /** Base URLs of other gateways whose answers must agree. */
  readonly witnesses?: readonly string[];
}

/** Where the directors of an epoch came from, strongest first. */
export type TrustSource = 'pinned' | 'candidates' | 'witnessed' | 'gateway';

export interface DirectorSet {
  readonly epoch: number;
  /** Lower-case hex with 0x, in the order of the ledger. */
  readonly keys: readonly string[];
  readonly names: ReadonlyMap<string, string>;
  readonly source: TrustSource;
  /** Witnesses that agreed. */
  readonly witnesses: number;
}

const directorsPerEpoch = 5;
/** Epochs remembered in one session. */
const epochsMax = 256;

/** The directors of each epoch as far as this session knows them. A set never changes once it is known, as long as the chain has the same history. */
export class DirectorTrust {
  private readonly known = new Map<number, DirectorSet>();

  constructor(
    private readonly options: TrustOptions,
    private readonly askWitness: (baseUrl: string, epoch: number) => Promise<unknown>,
  ) {}

  get(epoch: number): DirectorSet | null {
    return this.known.get(epoch) ?? null;
  }

  /** Forgets what gateways said; what is pinned stays. */
  forget(): void {
    this.known.clear();
  }

  /** True when nothing but the gateway's word stands behind director sets. */
  get restsOnGateway(): boolean {
    const { directors, candidates, witnesses } = this.options;
    return directors === undefined && candidates === undefined && (witnesses?.length ?? 0) === 0;
  }

  /** Takes what a gateway says about an epoch and checks it against everything known. */
  async learn(said: unknown): Promise<Result<DirectorSet>> {
    const parsed = parseDirectors(said);
    if (!parsed.ok) return parsed;
    const { epoch, keys, names } = parsed.value;
    const before = this.known.get(epoch);
    if (before !== undefined) {
      return sameKeys(before.keys, keys) ? ok(before) : fail(`the gateway changed the directors of epoch ${epoch}`);
    }
    const judged = await this.judge(epoch, keys);
    if (!judged.ok) return judged;
    const set: DirectorSet = { epoch, keys, names, ...judged.value };
    // Two questions may have been under way at the same time: the first answer stands.
    const meanwhile = this.known.get(epoch);
    if (meanwhile !== undefined) {
      return sameKeys(meanwhile.keys, keys) ? ok(meanwhile) : fail(`the gateway changed the directors of epoch ${epoch}`);
    }
    this.known.set(epoch, set);
    if (this.known.size > epochsMax) this.known.delete(this.known.keys().next().value!);
    return ok(set);
  }

  private async judge(epoch: number, keys: readonly string[]): Promise<Result<{ source: TrustSource; witnesses: number }>> {
    const pinned = this.options.directors?.[String(epoch)];
    if (pinned !== undefined) {
      return sameKeys(pinned.map(normalise), keys)
        ? ok({ source: 'pinned', witnesses: 0 })
        : fail(`the directors of epoch ${epoch} are not the pinned ones`);
    }
    const candidates = this.options.candidates;
    if (candidates !== undefined) {
      const allowed = new Set(candidates.map(normalise));
      const stranger = keys.find(key => !allowed.has(key));
      if (stranger !== undefined) return fail(`${stranger} is not among the pinned candidates`);
    }
    const witnesses = await this.hear(epoch, keys);
    if (!witnesses.ok) return witnesses;
    const source = candidates !== undefined ? 'candidates' : witnesses.value > 0 ? 'witnessed' : 'gateway';
    return ok({ source, witnesses: witnesses.value });
  }

  /** How many witnesses agree; one that contradicts is a reason to refuse, one that is silent is not. */
  private async hear(epoch: number, keys: readonly string[]): Promise<Result<number>> {
    const answers = await Promise.allSettled((this.options.witnesses ?? []).map(url => this.askWitness(url, epoch)));
    let agreeing = 0;
    for (const answer of answers) {
      if (answer.status === 'rejected') continue;
      const parsed = parseDirectors(answer.value);
      if (!parsed.ok || parsed.value.epoch !== epoch) continue;
      if (!sameKeys(parsed.value.keys, keys)) return fail(`a witness names other directors for epoch ${epoch}`);
      agreeing++;
    }
    return ok(agreeing);
  }
}

function parseDirectors(said: unknown): Result<{ epoch: number; keys: string[]; names: Map<string, string> }> {
  const value = said as Partial<EpochDirectors> | null;
  if (typeof value !== 'object' || value === null || !Array.isArray(value.directors)) return fail('the director list is malformed');
  if (!Number.isSafeInteger(value.epoch) || value.epoch! < 0) return fail('the director list names no epoch');
  if (value.directors.length !== directorsPerEpoch) return fail(`the director list has ${value.directors.length} entries instead of ${directorsPerEpoch}`);
  const keys: string[] = [];
  const names = new Map<string, string>();
  for (const director of value.directors) {
    const key = fromHex(director?.key, 32);
    if (key === null) return fail('a director key is not 32 bytes of hex');
    const hex = toHex(key);
    if (names.has(hex)) return fail('a director is listed twice');
    keys.push(hex);
    names.set(hex, typeof director.name === 'string' ? director.name.slice(0, 64) : '');
  }
  return ok({ epoch: value.epoch!, keys, names });
}

function normalise(key: string): string {
  const bytes = fromHex(key, 32);
  return bytes === null ? key : toHex(bytes);
}

/** Same members; the order is the ledger's business. */
function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === a.length;
}
