import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SegmentInput } from '../../player/test/studio.js';

const run = promisify(execFile);

/**
 * Makes a clip of stand-alone WebM segments (VP8 and Opus) with ffmpeg, of one second each unless it is said otherwise.
 * @param picture a lavfi source or a still picture's path
 * @param hertz pitch of the tone that is its sound
 */
export async function makeClip(picture: string, seconds: number, hertz: number, still = false, segmentSeconds = 1): Promise<SegmentInput[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nsn-clip-'));
  try {
    const input = still ? ['-loop', '1', '-framerate', '24', '-i', picture] : ['-f', 'lavfi', '-i', picture];
    await run('ffmpeg', [
      '-v', 'error', ...input, '-f', 'lavfi', '-i', `sine=frequency=${hertz}:sample_rate=48000`, '-t', String(seconds),
      '-c:v', 'libvpx', '-b:v', '600k', '-deadline', 'realtime', '-cpu-used', '8', '-r', '24', '-g', '24', '-keyint_min', '24', '-pix_fmt', 'yuv420p',
      '-c:a', 'libopus', '-b:a', '48k',
      '-f', 'segment', '-segment_time', String(segmentSeconds), '-segment_format', 'webm', '-reset_timestamps', '0', join(folder, '%03d.webm'),
    ]);
    const names = (await readdir(folder)).sort().slice(0, seconds / segmentSeconds);
    return await Promise.all(
      names.map(async (name, i) => ({ bytes: new Uint8Array(await readFile(join(folder, name))), startMilliseconds: i * segmentSeconds * 1000, durationMilliseconds: segmentSeconds * 1000 })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
