using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Transport;

/// <content>Sums for metrics.</content>
public sealed partial class WebRtcServer
{
    private static readonly TimeSpan TotalsAge = TimeSpan.FromMilliseconds(200);

    private readonly Lock _totalsLock = new();
    private readonly long[] _closedByReason = new long[Enum.GetValues<CloseReason>().Length];
    private ServerTotals _closedTotals = new();
    private ServerTotals? _totals;
    private TimeSpan _totalsAt;
    private long _accepted;
    private WebRtcConnection[] _driven = [];

    /// <summary>The sums over all sessions, not older than 200 ms.</summary>
    public ServerTotals GetTotals()
    {
        lock (_totalsLock)
        {
            TimeSpan now = Now;
            if (_totals is { } recent && now - _totalsAt < TotalsAge)
            {
                return recent;
            }

            ServerTotals totals = _closedTotals with { Accepted = Interlocked.Read(ref _accepted), Closed = [.. _closedByReason] };
            foreach (WebRtcConnection connection in _byId.Values)
            {
                totals = totals.Plus(connection.GetStatistics());
            }

            _totalsAt = now;
            return _totals = totals;
        }
    }

    /// <summary>What went out over UDP.</summary>
    internal SendCounters Sent { get; } = new();

    private void Enlist(WebRtcConnection connection)
    {
        lock (_totalsLock)
        {
            _byId[connection.Id] = connection;
            _driven = [.. _driven, connection];
        }
    }

    // Under the lock, so that a session counts among the living or the closed, never both.
    private void Retire(WebRtcConnection connection, SessionClosed closed)
    {
        lock (_totalsLock)
        {
            if (_byId.TryRemove(new KeyValuePair<string, WebRtcConnection>(connection.Id, connection)))
            {
                _closedTotals = _closedTotals.Plus(connection.GetStatistics());
                _closedByReason[(int)closed.Reason]++;
                _totals = null;
                _driven = [.. _driven.Where(other => other != connection)];
            }
        }
    }
}
