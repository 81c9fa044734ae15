// node peer.mjs MESSAGES BYTES: libdatachannel offers on its output (one JSON object a line) and reads the answer from its input. It sends messages on an ordered and on an
// unordered channel and takes them back, answers on a channel of the other side's, receives VP8, and says what came before it closes one channel after the other.
import { createHash, randomFillSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import nodeDataChannel from 'node-datachannel';

const [count, size] = process.argv.slice(2).map(Number);
const bufferedMax = 1_048_576;
const say = message => process.stdout.write(JSON.stringify(message) + '\n');
const peer = new nodeDataChannel.PeerConnection('peer', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true });

const picture = { packets: 0, frames: 0, gaps: 0 };
const video = new nodeDataChannel.Video('video', 'RecvOnly');
video.addVP8Codec(96);
const track = peer.addTrack(video);
track.setMediaHandler(new nodeDataChannel.RtcpReceivingSession());
let previous = -1;
track.onMessage(packet => {
  if ((packet[1] & 0x7f) !== 96) return;
  picture.packets++;
  if (packet[1] & 0x80) picture.frames++;
  const sequence = packet.readUInt16BE(2);
  if (previous >= 0 && ((sequence - previous) & 0xffff) !== 1) picture.gaps++;
  previous = sequence;
});

// The order of an unordered channel's messages says nothing, so each is hashed, and the hashes are sorted.
const digest = (messages, ordered) => {
  const hash = createHash('sha256');
  if (ordered) messages.forEach(message => hash.update(message));
  else messages.map(message => createHash('sha256').update(message).digest('hex')).sort().forEach(text => hash.update(text));
  return hash.digest('hex');
};

function carry(label, ordered) {
  const channel = peer.createDataChannel(label, { unordered: !ordered });
  const sent = [];
  const got = [];
  let closed;
  const isClosed = new Promise(resolve => { closed = resolve; });
  const done = new Promise(resolve => channel.onMessage(message => { if (got.push(Buffer.from(message)) === count) resolve(); }));
  const send = () => {
    while (sent.length < count && channel.bufferedAmount() < bufferedMax) {
      const message = randomFillSync(Buffer.alloc(size));
      sent.push(message);
      channel.sendMessageBinary(message);
    }
  };
  channel.setBufferedAmountLowThreshold(bufferedMax / 2);
  channel.onBufferedAmountLow(send);
  channel.onOpen(send);
  channel.onClosed(closed);
  return { label, done, isClosed, close: () => channel.close(), result: () => ({ sent: digest(sent, ordered), got: digest(got, ordered), messages: got.length }) };
}

const channels = [carry('ordered', true), carry('unordered', false)];
let theirs;
const theirsIsClosed = new Promise(resolve => {
  peer.onDataChannel(channel => {
    theirs = { label: channel.getLabel(), protocol: channel.getProtocol() };
    channel.onMessage(text => channel.sendMessage(`${channel.getLabel()} heard ${text}`));
    channel.onClosed(resolve);
  });
});
const offered = new Promise(resolve => peer.onGatheringStateChange(state => { if (state === 'complete') resolve(); }));
peer.setLocalDescription('offer');
await offered;
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
say({ offer: peer.localDescription().sdp });
peer.setRemoteDescription((JSON.parse((await input.next()).value)).answer, 'answer');

await Promise.all(channels.map(channel => channel.done));
while (picture.frames < 20) await new Promise(resolve => setTimeout(resolve, 20));
await theirsIsClosed;
say({ ordered: channels[0].result(), unordered: channels[1].result(), theirs, picture });
for (const channel of channels) {
  channel.close();
  await channel.isClosed;
  say({ closed: channel.label });
}

await input.next();
peer.close();
nodeDataChannel.cleanup();
