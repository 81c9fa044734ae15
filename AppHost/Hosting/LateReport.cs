using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Hosting;

/// <summary>
/// Decides when the person at the terminal is told why something is still not ready: after 15 s, again as soon as the reason is another one, and
/// every minute while it stays the same. One for each instance.
/// </summary>
internal sealed class LateReport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    private DateTimeOffset? _since;
    private DateTimeOffset _toldAt;
    private string? _told;

    /// <summary>What to say now; null for nothing.</summary>
    /// <param name="snapshot">How the instance is.</param>
    /// <param name="lastLine">The last line of its console, which tells how far a download or a build is.</param>
    /// <param name="now">The time.</param>
    public string? Next(ResourceSnapshot snapshot, string? lastLine, DateTimeOffset now)
    {
        if (snapshot.State is not (ResourceState.Starting or ResourceState.Preparing or ResourceState.Unhealthy))
        {
            _since = null;
            _told = null;
            return null;
        }

        _since ??= now;
        if (now - _since < Patience)
            return null;
        string reason = $"{snapshot.State} {snapshot.Detail} {snapshot.Complaint}";
        if (reason == _told && now - _toldAt < Again)
            return null;
        _told = reason;
        _toldAt = now;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"not ready for {(now - _since.Value).TotalSeconds:F0} s: {Describe(snapshot, lastLine)}");
    }

    private static string Describe(ResourceSnapshot snapshot, string? lastLine)
    {
        if (snapshot.Detail.Length == 0)
            return $"still {snapshot.State.ToString().ToLowerInvariant()}{(string.IsNullOrEmpty(lastLine) ? "" : $" ({lastLine})")}";
        // Often the health check says what the console says, too.
        string detail = snapshot.Detail;
        return snapshot.Complaint is { } complaint && !complaint.Contains(detail, StringComparison.Ordinal) && !detail.Contains(complaint, StringComparison.Ordinal)
            ? $"{detail} (last complaint in its console: {complaint})"
            : detail;
    }
}
