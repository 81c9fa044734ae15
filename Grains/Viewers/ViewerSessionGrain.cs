namespace Nsn.Grains.Viewers;

/// <summary>A viewer's session. In memory only: what it holds is worth nothing once the resume time is over.</summary>
[CollectionAgeLimit(Minutes = 2)]
internal sealed class ViewerSessionGrain(TimeProvider time) : Grain, IViewerSessionGrain
{
    /// <summary>How long a viewer may be away and still go on where it was.</summary>
    internal static readonly TimeSpan ResumeTime = TimeSpan.FromSeconds(30);

    private ViewerSessionInfo? _info;
    private DateTimeOffset _detachedAt;

    public Task<ViewerPosition?> AttachAsync(string channel, string gateway, string transport)
    {
        var resumes = Current() is { } info && info.Channel == channel;
        var position = resumes ? _info!.Position : null;
        _info = new ViewerSessionInfo(
            channel, gateway, transport, Connected: true, position, resumes ? _info!.BytesSent : 0, resumes ? _info!.JoinedAt : time.GetUtcNow());
        return Task.FromResult(position);
    }

    public Task ReportAsync(ViewerPosition position, long bytesSent)
    {
        if (_info is { Connected: true })
            _info = _info with { Position = position, BytesSent = _info.BytesSent + Math.Max(0, bytesSent) };
        return Task.CompletedTask;
    }

    public Task DetachAsync()
    {
        if (_info is { Connected: true })
        {
            _info = _info with { Connected = false };
            _detachedAt = time.GetUtcNow();
        }

        return Task.CompletedTask;
    }

    public Task<ViewerSessionInfo?> GetAsync() => Task.FromResult(Current());

    private ViewerSessionInfo? Current()
    {
        if (_info is { Connected: false } && time.GetUtcNow() - _detachedAt > ResumeTime)
            _info = null;
        return _info;
    }
}
