/**
 * Runs in a page: answers an offer as a gateway would and sends the HTTP frame stream of its own origin through the data channel, in
 * messages whose edges have nothing to do with those of frames. Must not refer to anything outside itself.
 */
export async function answerAsGateway(sdp: string): Promise<string> {
  const peer = new RTCPeerConnection();
  peer.ondatachannel = ({ channel }) => {
    channel.binaryType = 'arraybuffer';
    let abort = new AbortController();
    let rest = new Uint8Array(0);
    const pongs: Uint8Array[] = [];
    const send = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length; at += 7_001) channel.send(bytes.subarray(at, at + 7_001) as Uint8Array<ArrayBuffer>);
    };
    /** Sends what is whole, so that a pong can stand between two frames. */
    const forward = (piece: Uint8Array) => {
      const joined = new Uint8Array(rest.length + piece.length);
      joined.set(rest);
      joined.set(piece, rest.length);
      let end = 0;
      while (end + 4 <= joined.length) {
        const next = end + 4 + new DataView(joined.buffer).getUint32(end, true);
        if (next > joined.length) break;
        end = next;
      }
      send(joined.subarray(0, end));
      rest = joined.slice(end);
      for (const pong of pongs.splice(0)) send(pong);
    };
    const pump = async () => {
      abort.abort();
      abort = new AbortController();
      const { signal } = abort;
      const response = await fetch('/api/channels/main/stream', { signal });
      const reader = response.body!.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) return;
        while (channel.bufferedAmount > 1_000_000) await new Promise(resolve => setTimeout(resolve, 5));
        forward(value);
      }
    };
    channel.onmessage = ({ data }) => {
      const frame = new Uint8Array(data as ArrayBuffer);
      if (frame[4] === 0x81) void pump().catch(() => undefined);
      if (frame[4] !== 0x82) return;
      const pong = new Uint8Array(21);
      const view = new DataView(pong.buffer);
      view.setUint32(0, 17, true);
      pong[4] = 0x09;
      pong.set(frame.subarray(5, 13), 5);
      view.setBigUint64(13, BigInt(Date.now()), true);
      pongs.push(pong);
    };
  };
  await peer.setRemoteDescription({ type: 'offer', sdp });
  await peer.setLocalDescription(await peer.createAnswer());
  if (peer.iceGatheringState !== 'complete') {
    await new Promise<void>(resolve => peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && resolve()));
  }
  return peer.localDescription!.sdp;
}
