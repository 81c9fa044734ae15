// node publish.mjs URL: publishes a test picture and a tone of ffmpeg's by WHIP until its input closes.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { MediaStreamTrack } from 'werift';
import { createPeer, negotiate } from './peer.mjs';

const [url] = process.argv.slice(2);
const pc = createPeer();
async function listen(kind) {
  const track = new MediaStreamTrack({ kind });
  pc.addTransceiver(track, { direction: 'sendonly' });
  const socket = createSocket('udp4');
  socket.on('message', packet => track.writeRtp(packet));
  await new Promise(resolve => socket.bind(0, '127.0.0.1', resolve));
  return socket.address().port;
}

const audio = await listen('audio');
const video = await listen('video');
const connected = pc.connectionStateChange.watch(state => state === 'connected', 120_000);
await negotiate(pc, url);
await connected;
const ffmpeg = spawn('ffmpeg', [
  '-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15', '-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000',
  '-map', '0:v', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '15', '-b:v', '300k', '-f', 'rtp', `rtp://127.0.0.1:${video}?pkt_size=1100`,
  '-map', '1:a', '-c:a', 'libopus', '-f', 'rtp', `rtp://127.0.0.1:${audio}`,
], { stdio: ['ignore', 'ignore', 'inherit'] });
console.log('publishing');
process.stdin.resume();
process.stdin.on('end', () => { ffmpeg.kill('SIGKILL'); process.exit(0); });
