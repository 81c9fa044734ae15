import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { makeClip } from './clips.js';
import type { Item } from './fakeGateway.js';

/** One Chromium and one programme for all files of tests: each costs seconds. */

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the browser listens; null where there is none. */
    browser: string | null;
    programme: Item[];
  }
}

const executablePath = process.env['NSN_CHROMIUM'] ?? '/usr/bin/chromium';
const chromiumArguments = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns',
];
export const slotMilliseconds = 2000;
export const tones = [{ hertz: 330 }, { hertz: 440 }] as const;

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!existsSync(executablePath)) {
    project.provide('browser', null);
    return undefined;
  }
  const server = await chromium.launchServer({ executablePath, args: chromiumArguments });
  try {
    const seconds = slotMilliseconds / 1000;
    project.provide('programme', [
      { prompt: 'a test card that counts', script: 'One. Two. Three.', segments: await makeClip('testsrc=size=192x108:rate=24', seconds, tones[0].hertz) },
      { prompt: 'colours that drift', script: 'Slowly now.', segments: await makeClip('testsrc2=size=192x108:rate=24', seconds, tones[1].hertz) },
    ]);
    project.provide('browser', server.wsEndpoint());
  } catch (error) {
    await server.close();
    throw error;
  }
  return () => server.close();
}
