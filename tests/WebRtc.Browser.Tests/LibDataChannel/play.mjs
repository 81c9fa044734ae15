// node play.mjs FRAMES: receives VP8 until the other side ends the connection, and says what came after so many frames.
import { negotiate, peer, RtcpReceivingSession, say, Video } from './signalling.mjs';

const wanted = Number(process.argv[2]);
const result = { packets: 0, frames: 0, gaps: 0 };
const video = new Video('video', 'RecvOnly');
video.addVP8Codec(96);
const track = peer.addTrack(video);
track.setMediaHandler(new RtcpReceivingSession());
let previous = -1;
const played = new Promise(resolve => track.onMessage(packet => {
  if ((packet[1] & 0x7f) !== 96) return;
  result.packets++;
  const sequence = packet.readUInt16BE(2);
  if (previous >= 0 && ((sequence - previous) & 0xffff) !== 1) result.gaps++;
  previous = sequence;
  if (packet[1] & 0x80 && ++result.frames === wanted) resolve();
}));
const ended = new Promise(resolve => peer.onStateChange(state => { if (state === 'disconnected' || state === 'closed') resolve(state); }));
await negotiate();
await played;
say(result);
say({ ended: await ended });
process.exit(0);
