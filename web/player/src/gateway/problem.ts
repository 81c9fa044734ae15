/** An answer that was not what was asked for: RFC 9457 problem details, or the network's failure (status 0). */
export class GatewayError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string | null,
    /** Seconds to wait before trying again, when the gateway said so. */
    readonly retryAfterSeconds: number | null,
    /** Messages per field of the request. */
    readonly fields: Readonly<Record<string, readonly string[]>>,
  ) {
    super(detail ?? title);
    this.name = 'GatewayError';
  }

  static network(cause: unknown): GatewayError {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError(0, 'The gateway cannot be reached', text, null, {});
  }

  static async fromResponse(response: Response): Promise<GatewayError> {
    const retry = Number(response.headers.get('Retry-After'));
    let title = `The gateway answered ${response.status}`;
    let detail: string | null = null;
    let fields: Record<string, string[]> = {};
    try {
      const body: unknown = JSON.parse((await response.text()).slice(0, 65_536));
      if (typeof body === 'object' && body !== null) {
        const problem = body as Record<string, unknown>;
        if (typeof problem['title'] === 'string') title = problem['title'];
        if (typeof problem['detail'] === 'string') detail = problem['detail'];
        if (typeof problem['errors'] === 'object' && problem['errors'] !== null) fields = problem['errors'] as Record<string, string[]>;
      }
    } catch {
      // Not a problem document: the status says enough.
    }
    return new GatewayError(response.status, title, detail, Number.isFinite(retry) && retry > 0 ? retry : null, fields);
  }
}
