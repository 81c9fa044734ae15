using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Silos;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Nsn.Engine.Runtime.Cluster;

/// <summary>
/// This silo's place in the cluster: it holds the lease, renews it every second, and tells the silo the moment it may not act any more.
/// </summary>
internal sealed class Membership : IClusterMembershipService, ISiloMetadataCache, IDisposable
{
    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(1);

    /// <summary>The judge notices the end of a process about when its peers do, or a little later: it is asked some times in this interval.</summary>
    private static readonly TimeSpan s_suspicion = TimeSpan.FromMilliseconds(100);

    private const int LooksAtSuspect = 4;

    /// <summary>Timers may come a little early.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromMilliseconds(10);

    private readonly IClusterJudge _judge;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<SiloInfo> _describe;
    private readonly Action<ClusterView, ClusterView> _onChange;
    private readonly Action<string> _onFenced;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private ITimer? _look;
    private long _lookAt = long.MaxValue;
    private volatile int _looks;
    private long _leaseUntil = long.MaxValue;
    private long _confirmedUntil = long.MaxValue;
    private readonly Lock _fenceGate = new();
    private readonly Lock _lookGate = new();
    private int _renewing;
    private volatile bool _fenced = true; // until the judge admits it

    public Membership(IClusterJudge judge, TimeProvider time, ILogger logger, Func<SiloInfo> describe, Action<ClusterView, ClusterView> onChange, Action<string> onFenced)
    {
        _judge = judge;
        _time = time;
        _logger = logger;
        _describe = describe;
        _onChange = onChange;
        _onFenced = onFenced;
    }

    /// <summary>Told how long each renewal took.</summary>
    public Action<TimeSpan>? Renewed { get; init; }

    public ClusterView View { get; private set; } = ClusterView.Empty;

    /// <summary>By the monotonic clock: a process that was paused notices before it acts.</summary>
    public bool HoldsLease => !_fenced && (Volatile.Read(ref _confirmedUntil) is var until && until == long.MaxValue || _time.GetTimestamp() < until);

    private bool HasRunOut => _leaseUntil != long.MaxValue && _time.GetTimestamp() >= _leaseUntil;

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        var admitted = await _judge.JoinAsync(_describe(), cancellationToken);
        // Joining may take long; only the lease of a renewal counts from a moment that is known. It also declares dead whom nobody was left to declare.
        var asked = _time.GetTimestamp();
        var lease = admitted.Granted ? await _judge.RenewAsync(_describe(), cancellationToken) : admitted;
        if (!lease.Granted)
            throw new OrleansException("The cluster did not admit this silo.");
        Accept(lease, asked);
        _fenced = false;
        _judge.Changed += OnJudgeChanged;
        _timer = _time.CreateTimer(static state => _ = ((Membership)state!).RenewAsync(), this, RenewInterval, RenewInterval);
        _look = _time.CreateTimer(static state => ((Membership)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The connection with a member is lost. That decides nothing, but the judge is asked sooner whether the member's session is gone as well.</summary>
    public void Suspect(SiloAddress member)
    {
        if (View.Find(member) is null)
            return;
        _looks = LooksAtSuspect;
        LookIn(s_suspicion);
    }

    private void LookIn(TimeSpan delay)
    {
        var at = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        lock (_lookGate)
        {
            if (at >= _lookAt)
                return;
            _lookAt = at;
            _look?.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        lock (_lookGate)
            _lookAt = long.MaxValue;
        _ = RenewAsync();
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var self = _describe();
        Dispose();
        _fenced = true;
        await _judge.LeaveAsync(self.Address, cancellationToken);
    }

    /// <summary>Renews now; for a change of status that others should see.</summary>
    public async Task RenewAsync()
    {
        if (HasRunOut)
            Fence("its lease ran out before it could be renewed");
        if (Interlocked.Exchange(ref _renewing, 1) == 1)
            return;
        try
        {
            var asked = _time.GetTimestamp();
            var lease = await _judge.RenewAsync(_describe(), CancellationToken.None);
            Renewed?.Invoke(_time.GetElapsedTime(asked));
            if (_fenced)
                return;
            if (lease.Granted)
                Accept(lease, asked);
            else
                Fence("the cluster has declared it dead");
        }
        catch (Exception exception)
        {
            SiloLog.RenewFailed(_logger, _describe().Address, exception);
            // While the judge is down for everybody nobody can be declared dead; but only who was sure until that moment may rely on it.
            if (exception is JudgeDownException && HoldsLease)
                Volatile.Write(ref _confirmedUntil, _leaseUntil);
            if (HasRunOut)
                Fence("its lease ran out before it could be renewed");
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }

    private void OnJudgeChanged() => _ = RefreshAsync();

    private async Task RefreshAsync()
    {
        try
        {
            Apply(await _judge.ReadAsync(CancellationToken.None));
        }
        catch (Exception exception)
        {
            SiloLog.RenewFailed(_logger, _describe().Address, exception); // the next renewal brings the view as well
        }
    }

    private void Accept(LeaseRenewal lease, long asked)
    {
        _leaseUntil = Until(lease.Duration);
        Volatile.Write(ref _confirmedUntil, Math.Min(_leaseUntil, Until(lease.ConfirmedFor)));
        Apply(lease.View);
        if (lease.LookAgain is { } wait)
            LookIn(wait + s_margin);
        else if (_looks > 0 && --_looks > 0)
            LookIn(s_suspicion);

        long Until(TimeSpan? time) => time is { } duration ? asked + (long)(duration.TotalSeconds * _time.TimestampFrequency) : long.MaxValue;
    }

    private void Apply(ClusterView view)
    {
        ClusterView before;
        lock (_judge)
        {
            before = View;
            if (view.Version < before.Version)
                return;
            View = view;
        }

        if (view.HasSameMembers(before))
            return;
        SiloLog.MembershipChanged(_logger, view.Version, string.Join(", ", view.Silos.Select(silo => $"{silo.Address} {silo.Status}")));
        _onChange(before, view);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private void Fence(string reason)
    {
        lock (_fenceGate)
        {
            if (_fenced)
                return;
            _fenced = true;
        }

        Dispose();
        _onFenced(reason);
    }

    public void Dispose()
    {
        _judge.Changed -= OnJudgeChanged;
        _timer?.Dispose();
        _timer = null;
        _look?.Dispose();
        _look = null;
    }

    public ClusterMembershipSnapshot CurrentSnapshot => new(
        View.Silos.ToImmutableDictionary(silo => silo.Address, silo => new ClusterMember(silo.Address, silo.Status, silo.Name)),
        new MembershipVersion(View.Version));

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => Updates();

    private async IAsyncEnumerable<ClusterMembershipSnapshot> Updates([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var changed = _changed.Task;
            yield return CurrentSnapshot;
            await changed.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) =>
        Apply(await _judge.ReadAsync(cancellationToken));

    /// <summary>Nobody is killed by request here: only the judge decides who is dead.</summary>
    public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);

    public SiloMetadata GetSiloMetadata(SiloAddress siloAddress) =>
        View.Find(siloAddress) is { } silo ? new SiloMetadata(silo.Metadata) : SiloMetadata.Empty;
}
