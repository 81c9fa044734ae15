// node play.mjs URL FRAMES FILE.ivf: watches by WHEP, echoes once on a data channel, writes the video as IVF, hangs up, prints what came.
import { writeFileSync } from 'node:fs';
import { Vp8RtpPayload } from 'werift';
import { createPeer, finish, negotiate } from './peer.mjs';

const [url, wanted, file] = process.argv.slice(2);
const pc = createPeer();
const result = { videoPackets: 0, audioPackets: 0, frames: 0, keyFrames: 0, gaps: 0, echoed: false };
const frames = [];
let parts = [];
let previous = -1;
let started = false;
pc.onTrack.subscribe(track => {
  track.onReceiveRtp.subscribe(rtp => {
    if (track.kind === 'audio') {
      result.audioPackets++;
      return;
    }
    result.videoPackets++;
    if (previous >= 0 && ((rtp.header.sequenceNumber - previous) & 0xffff) !== 1) result.gaps++;
    previous = rtp.header.sequenceNumber;
    const payload = Vp8RtpPayload.deSerialize(rtp.payload);
    if (payload.isPartitionHead) parts = [];
    if (payload.isKeyframe && payload.isPartitionHead) { started = true; result.keyFrames++; }
    parts.push(payload.payload);
    if (rtp.header.marker && started) { frames.push(Buffer.concat(parts)); result.frames++; }
  });
});
pc.addTransceiver('audio', { direction: 'recvonly' });
pc.addTransceiver('video', { direction: 'recvonly' });
const channel = pc.createDataChannel('echo');
channel.stateChanged.subscribe(state => { if (state === 'open') channel.send(Buffer.from('hello')); });
channel.onMessage.subscribe(data => { result.echoed ||= data.toString() === 'hello'; });
const resource = await negotiate(pc, url);

const deadline = Date.now() + 120_000;
while ((result.frames < Number(wanted) || !result.echoed || result.audioPackets < 20) && Date.now() < deadline) {
  await new Promise(resolve => setTimeout(resolve, 50));
}

const header = Buffer.alloc(32);
header.write('DKIFV', 0, 4);
header.writeUInt16LE(32, 6);
header.write('VP80', 8);
header.writeUInt16LE(640, 12);
header.writeUInt16LE(360, 14);
header.writeUInt32LE(30, 16);
header.writeUInt32LE(1, 20);
header.writeUInt32LE(frames.length, 24);
const chunks = [header];
frames.forEach((frame, index) => {
  const entry = Buffer.alloc(12);
  entry.writeUInt32LE(frame.length, 0);
  entry.writeBigUInt64LE(BigInt(index), 4);
  chunks.push(entry, frame);
});
writeFileSync(file, Buffer.concat(chunks));
result.hungUp = (await fetch(resource, { method: 'DELETE' })).status;
finish(result);
