using System.Globalization;
using System.Text.RegularExpressions;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Hosting;

/// <summary>
/// Decides when the person at the terminal is told why something is still not ready: after 10 s, after 30 s, and then once a minute; earlier only what was not
/// told yet, and never within 10 s of what was said before. One for each instance.
/// </summary>
internal sealed partial class LateReport
{
    private const int ReasonsMax = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SecondTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    // Without their numbers: a reason that counts, or two that take turns, are not news every time.
    private readonly HashSet<string> _told = [];
    private DateTimeOffset? _since;
    private DateTimeOffset _toldAt;
    private DateTimeOffset _nextAt;

    /// <summary>What to say now; null for nothing.</summary>
    /// <param name="snapshot">How the instance is.</param>
    /// <param name="lastLine">The last line of its console, which tells how far a download or a build is.</param>
    /// <param name="now">The time.</param>
    public string? Next(ResourceSnapshot snapshot, string? lastLine, DateTimeOffset now)
    {
        if (snapshot.State is not (ResourceState.Starting or ResourceState.Preparing or ResourceState.Unhealthy))
        {
            _since = null;
            return null;
        }

        if (_since is null)
        {
            _since = now;
            _nextAt = now + Patience;
            _toldAt = now;
            _told.Clear();
        }

        string reason = Digits().Replace($"{snapshot.State} {snapshot.Detail} {snapshot.Complaint}", "#");
        bool isNews = _told.Count is > 0 and < ReasonsMax && !_told.Contains(reason) && now - _toldAt >= Patience;
        if (now < _nextAt && !isNews)
            return null;
        if (now >= _nextAt)
            _nextAt = _nextAt < _since + SecondTime ? _since.Value + SecondTime : now + Again;
        _told.Add(reason);
        _toldAt = now;
        return string.Create(CultureInfo.InvariantCulture, $"not ready for {(now - _since.Value).TotalSeconds:F0} s: {Describe(snapshot, lastLine)}");
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

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
