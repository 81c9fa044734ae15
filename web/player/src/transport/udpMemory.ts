/** A failure is remembered for so long: networks change under a tab that lives for hours. */
const rememberedMilliseconds = 10 * 60_000;

/**
 * Remembers for this tab that UDP did not get through to a gateway, so that a reload does not try in vain again. Where the browser
 * keeps nothing (private windows, storage switched off) nothing is remembered, and nothing fails.
 */
export class UdpMemory {
  private readonly key: string;

  constructor(gatewayUrl: string) {
    this.key = `nsn.player.no-udp ${gatewayUrl}`;
  }

  /** Whether UDP failed a short while ago. */
  get blocked(): boolean {
    try {
      const age = Date.now() - Number(sessionStorage.getItem(this.key) ?? Number.NaN);
      return age >= 0 && age < rememberedMilliseconds;
    } catch {
      return false;
    }
  }

  set blocked(blocked: boolean) {
    try {
      if (blocked) sessionStorage.setItem(this.key, String(Date.now()));
      else sessionStorage.removeItem(this.key);
    } catch {
      // Not remembered, then.
    }
  }
}
