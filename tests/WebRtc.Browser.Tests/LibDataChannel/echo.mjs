// node echo.mjs MESSAGES BYTES: sends messages on an ordered and on an unordered channel and takes them back, answers on a channel of the other side's, says what came, closes
// one channel after the other and then the connection.
import { createHash, randomFillSync } from 'node:crypto';
import { hear, negotiate, peer, say } from './signalling.mjs';

const [count, size] = process.argv.slice(2).map(Number);
const bufferedMax = 1_048_576;

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
await negotiate();
await Promise.all([...channels.map(channel => channel.done), theirsIsClosed]);
say({ ordered: channels[0].result(), unordered: channels[1].result(), theirs });
for (const channel of channels) {
  channel.close();
  await channel.isClosed;
  say({ closed: channel.label });
}

await hear();
peer.close();

// Its threads say goodbye after that.
await hear();
process.exit(0);
