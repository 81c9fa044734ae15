import type { TrustOptions } from '@nsn/player';

/** What whoever serves the page may set in `config.json` beside it. */
export interface PageConfig {
  readonly channel: string;
  /** Base URL of the gateway; empty for the page's own origin. */
  readonly gateway: string;
  /** What the page knows beforehand about chain and directors. */
  readonly trust: TrustOptions;
}

const defaults: PageConfig = { channel: 'main', gateway: '', trust: {} };

/** Reads `config.json`; a page without one uses the defaults. `?channel=` in the address picks another channel. */
export async function loadConfig(): Promise<PageConfig> {
  let config = defaults;
  try {
    const response = await fetch('config.json', { cache: 'no-cache' });
    if (response.ok) config = { ...defaults, ...((await response.json()) as Partial<PageConfig>) };
  } catch {
    // The defaults do.
  }
  const channel = new URLSearchParams(location.search).get('channel');
  return channel === null ? config : { ...config, channel };
}
