import type { Bytes } from '../codec/bytes.js';
import type {
  ChannelInfo,
  Discovery,
  EpochDirectors,
  RecipeRequest,
  RecipeState,
  SlotDetail,
  SlotSummary,
} from './model.js';
import { GatewayError } from './problem.js';

const requestTimeoutMilliseconds = 8_000;
const jsonBytesMax = 4 * 1024 * 1024;
const binaryBytesMax = 1024 * 1024;

/** The gateway's HTTP interface (docs/player-protocol.md, sections 1, 4, 5, 6). Throws `GatewayError` only. */
export class GatewayClient {
  /** @param baseUrl where the gateway lives, without trailing slash; empty for the page's own origin. */
  constructor(
    readonly baseUrl: string,
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  url(path: string): string {
    return this.baseUrl + path;
  }

  discovery(): Promise<Discovery> {
    return this.json('/p2p/info');
  }

  channel(name: string): Promise<ChannelInfo> {
    return this.json(`/api/channels/${encodeURIComponent(name)}`);
  }

  slot(slot: number): Promise<SlotDetail> {
    return this.json(`/api/slots/${slot}`);
  }

  slots(channel: string, before: string | null, limit: number): Promise<{ items: SlotSummary[]; next: string | null }> {
    const query = new URLSearchParams({ channel, limit: String(limit) });
    if (before !== null) query.set('before', before);
    return this.json(`/api/slots?${query}`);
  }

  directors(epoch: number): Promise<EpochDirectors> {
    return this.json(`/api/epochs/${epoch}/directors`);
  }

  certificate(slot: number): Promise<Bytes> {
    return this.binary(`/api/slots/${slot}/certificate`);
  }

  recipeBytes(slot: number): Promise<Bytes> {
    return this.binary(`/api/slots/${slot}/recipe`);
  }

  chunk(slot: number, index: number): Promise<Bytes> {
    return this.binary(`/api/slots/${slot}/chunks/${index}`);
  }

  recipe(id: string): Promise<RecipeState> {
    return this.json(`/api/recipes/${encodeURIComponent(id)}`);
  }

  /** Hands in a prompt. The same key may be sent again after a lost answer without making a second recipe. */
  submit(request: RecipeRequest, idempotencyKey: string): Promise<RecipeState> {
    return this.json('/api/recipes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
      body: JSON.stringify(request),
    });
  }

  /** Exchanges an SDP offer for the answer and the session's address. */
  async offer(channel: string, sdp: string, signal: AbortSignal): Promise<{ answer: string; location: string | null }> {
    const response = await this.request(
      `/api/channels/${encodeURIComponent(channel)}/offer`,
      { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: sdp },
      signal,
    );
    return { answer: (await response.text()).slice(0, 65_536), location: response.headers.get('Location') };
  }

  /** Opens the endless frame stream over HTTP. */
  async stream(channel: string, query: URLSearchParams, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const suffix = query.size > 0 ? `?${query}` : '';
    const response = await this.request(`/api/channels/${encodeURIComponent(channel)}/stream${suffix}`, { cache: 'no-store' }, signal);
    if (response.body === null) throw new GatewayError(response.status, 'The gateway sent an empty stream', null, null, {});
    return response.body;
  }

  private async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await this.request(path, { ...init, headers: { Accept: 'application/json', ...init.headers } });
    const text = await response.text();
    if (text.length > jsonBytesMax) throw new GatewayError(response.status, 'The answer is too long', path, null, {});
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new GatewayError(response.status, 'The answer is not JSON', path, null, {});
    }
  }

  private async binary(path: string): Promise<Bytes> {
    const response = await this.request(path, {});
    if (Number(response.headers.get('Content-Length')) > binaryBytesMax) {
      throw new GatewayError(response.status, 'The answer is too long', path, null, {});
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > binaryBytesMax) throw new GatewayError(response.status, 'The answer is too long', path, null, {});
    return bytes;
  }

  /** The deadline covers the headers only when the caller brings a signal of its own (streams). */
  private async request(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await this.fetcher(this.url(path), { ...init, signal: signal ?? AbortSignal.timeout(requestTimeoutMilliseconds) });
    } catch (error) {
      throw GatewayError.network(error);
    }
    if (!response.ok) throw await GatewayError.fromResponse(response);
    return response;
  }
}
