using Microsoft.AspNetCore.Http;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>Settings of a WHIP endpoint.</summary>
public sealed class WhipOptions
{
    /// <summary>
    /// Finds where a published stream goes; null if nothing may be published here now (409 with Retry-After). A source has one publisher at a time: while it lives,
    /// others get 409, too.
    /// </summary>
    public required Func<HttpContext, MediaSource?> FindSource { get; set; }

    /// <summary>True if a new publisher takes the place of the one that is there, whose session ends.</summary>
    public bool ReplacesPublisher { get; set; }

    /// <summary>Decides over every request, on the endpoint and on its sessions, except OPTIONS; null admits it, otherwise the status code to answer, for example 401 or 403.</summary>
    public Func<HttpContext, ValueTask<int?>>? Authorize { get; set; }

    /// <summary>The values of `Link` headers with rel="ice-server" (RFC 9725 section 4.6), see <see cref="IceServerLink"/>.</summary>
    public IList<string> IceServerLinks { get; } = [];

    /// <summary>More of them, made for one request: TURN credentials that expire.</summary>
    public Func<HttpContext, IEnumerable<string>>? CreateIceServerLinks { get; set; }

    /// <summary>Called when a publisher was admitted, before its answer goes out.</summary>
    public Action<HttpContext, WebRtcConnection>? OnAccepted { get; set; }

    /// <summary>What Retry-After says, seconds.</summary>
    public int RetryAfterSeconds { get; set; } = 2;
}
