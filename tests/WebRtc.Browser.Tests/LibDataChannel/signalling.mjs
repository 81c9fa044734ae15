// The peer of both scripts, which offers on its output and reads the answer from its input, one JSON object a line.
import { createInterface } from 'node:readline';
import nodeDataChannel from 'node-datachannel';

export const { Video, RtcpReceivingSession } = nodeDataChannel;
export const peer = new nodeDataChannel.PeerConnection('peer', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const say = message => process.stdout.write(JSON.stringify(message) + '\n');
export const hear = async () => (await lines.next()).value;

export async function negotiate() {
  const gathered = new Promise(resolve => peer.onGatheringStateChange(state => { if (state === 'complete') resolve(); }));
  peer.setLocalDescription('offer');
  await gathered;
  say({ offer: peer.localDescription().sdp });
  peer.setRemoteDescription(JSON.parse(await hear()).answer, 'answer');
}
