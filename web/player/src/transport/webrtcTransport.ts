import { encodeJsonFrame, FrameReader, FrameType } from '../codec/frames.js';
import type { GatewayClient } from '../gateway/gatewayClient.js';
import type { ResumePoint, Transport, TransportHandlers, TransportStatistics } from './transport.js';

export const dataChannelLabel = 'nsn.chunks';
export const dataChannelProtocol = 'nsn.frames.1';

/** How long ICE, DTLS and SCTP may take together before UDP counts as blocked. */
const openTimeoutMilliseconds = 5_000;

/** The frame stream over one WebRTC data channel (docs/player-protocol.md, section 2). */
export class WebRtcTransport implements Transport {
  readonly kind = 'webrtc';
  private readonly reader = new FrameReader();
  private ended = false;

  private constructor(
    private readonly peer: RTCPeerConnection,
    private readonly channel: RTCDataChannel,
    private readonly handlers: TransportHandlers,
    private readonly sessionUrl: string | null,
  ) {
    channel.onmessage = event => this.receive(event.data);
    channel.onclose = () => this.end('the data channel closed');
    channel.onerror = () => this.end('the data channel failed');
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'failed') this.end('the connection was lost');
    };
  }

  /** Resolves when the channel is open and the subscription sent; rejects with the reason otherwise. */
  static async open(
    gateway: GatewayClient,
    channelName: string,
    iceServers: readonly RTCIceServer[],
    resume: ResumePoint | null,
    handlers: TransportHandlers,
    signal: AbortSignal,
  ): Promise<WebRtcTransport> {
    const peer = new RTCPeerConnection({ iceServers: [...iceServers] });
    try {
      const channel = peer.createDataChannel(dataChannelLabel, { ordered: true, protocol: dataChannelProtocol });
      channel.binaryType = 'arraybuffer';
      await peer.setLocalDescription();
      // The offer goes without candidates: an ICE-lite gateway needs none, it learns the address from the first check.
      const limit = AbortSignal.any([signal, AbortSignal.timeout(openTimeoutMilliseconds)]);
      const { answer, location } = await gateway.offer(channelName, peer.localDescription!.sdp, limit);
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
      await opened(channel, peer, limit);
      const transport = new WebRtcTransport(peer, channel, handlers, location === null ? null : gateway.url(location));
      transport.send(encodeJsonFrame(FrameType.subscribe, subscription(channelName, resume)));
      return transport;
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  send(frame: Uint8Array): void {
    if (this.channel.readyState === 'open') this.channel.send(frame as Uint8Array<ArrayBuffer>);
  }

  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.channel.close();
    this.peer.close();
    // Frees the gateway's session at once instead of after its time-out; nobody waits for the answer.
    if (this.sessionUrl !== null) void fetch(this.sessionUrl, { method: 'DELETE', keepalive: true }).catch(() => undefined);
  }

  async statistics(): Promise<TransportStatistics> {
    const report = await this.peer.getStats();
    let result: TransportStatistics = {};
    report.forEach((entry: Record<string, unknown>) => {
      if (entry['type'] !== 'candidate-pair' || entry['nominated'] !== true) return;
      const seconds = entry['currentRoundTripTime'];
      const local = report.get(String(entry['localCandidateId'])) as Record<string, unknown> | undefined;
      const remote = report.get(String(entry['remoteCandidateId'])) as Record<string, unknown> | undefined;
      result = {
        ...(typeof seconds === 'number' ? { roundTripMilliseconds: seconds * 1000 } : {}),
        ...(local ? { localAddress: `${local['address'] ?? '?'}:${local['port']}` } : {}),
        ...(remote ? { remoteAddress: `${remote['address'] ?? '?'}:${remote['port']}` } : {}),
      };
    });
    return result;
  }

  private receive(data: unknown): void {
    if (this.ended || !(data instanceof ArrayBuffer)) return;
    this.handlers.activity();
    for (const frame of this.reader.push(new Uint8Array(data))) this.handlers.frame(frame);
    if (this.reader.error !== null) this.end(this.reader.error);
  }

  private end(reason: string): void {
    if (this.ended) return;
    this.close();
    this.handlers.closed(reason);
  }
}

export function subscription(channel: string, resume: ResumePoint | null): object {
  return resume === null
    ? { channel, from: null }
    : { channel, session: resume.session, from: { slot: resume.slot, chunk: resume.chunk } };
}

function opened(channel: RTCDataChannel, peer: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (channel.readyState === 'open') return resolve();
    channel.onopen = () => resolve();
    channel.onclose = () => reject(new Error('the data channel was refused'));
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'failed') reject(new Error('no UDP path to the gateway'));
    };
    signal.addEventListener('abort', () => reject(new Error('no UDP path to the gateway within 5 s')), { once: true });
    if (signal.aborted) reject(new Error('cancelled'));
  });
}
