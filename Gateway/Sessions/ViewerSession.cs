using Nsn.Gateway.Channels;
using Nsn.Gateway.Endpoints;
using Nsn.Grains.Viewers;

namespace Nsn.Gateway.Sessions;

/// <summary>
/// A viewer on this gateway: its frame stream, and the grain that remembers it beyond this connection; of a viewer that was here before it may
/// know where it was. Nothing that the grain does or fails to do ends the viewer's picture, or the gateway.
/// </summary>
/// <param name="id">Unguessable name.</param>
/// <param name="isKnown">Whether the viewer was here before under this name.</param>
/// <param name="former">The end of a session of the same name that is being closed, which never fails; the grain hears of this one after it.</param>
/// <param name="since">When it came, a timestamp of the stopwatch.</param>
/// <param name="transport">"webrtc" or "http".</param>
/// <param name="gateway">Name of this gateway.</param>
/// <param name="tail">What the viewer watches.</param>
/// <param name="stream">What it gets.</param>
/// <param name="grains">Where its grain is.</param>
/// <param name="metrics">Where it is counted.</param>
/// <param name="logger">Where it is told that the grain failed.</param>
/// <param name="closed">Called once, before the grain hears of the end.</param>
internal sealed partial class ViewerSession(
    string id,
    bool isKnown,
    Task former,
    long since,
    string transport,
    string gateway,
    ChannelTail tail,
    FrameStream stream,
    IGrainFactory grains,
    GatewayMetrics metrics,
    ILogger logger,
    Action<ViewerSession> closed) : IAsyncDisposable
{
    // A grain that does not answer must not keep a viewer from its picture.
    private static readonly TimeSpan s_grainTimeout = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<ViewerPosition?> _attached = Task.FromResult<ViewerPosition?>(null);
    private volatile bool _isAttached;
    private long _unreported;
    private int _disposed;

    /// <summary>Unguessable name.</summary>
    public string Id => id;

    /// <summary>What it gets.</summary>
    public FrameStream Stream => stream;

    /// <summary>Completes when the grain was told, or could not be told, that the viewer is gone.</summary>
    public Task Over => _over.Task;

    /// <summary>Attaches the grain and answers where to go on: what the viewer asks for, else what the grain remembers. Only for the latter it waits.</summary>
    public async Task<ViewerPosition?> ResumeAsync(ViewerPosition? wanted)
    {
        _attached = AttachAsync();
        if (wanted is not null || !isKnown)
            return wanted;
        await Task.WhenAny(_attached, Task.Delay(s_grainTimeout));
        return _attached.IsCompleted ? await _attached : null;
    }

    /// <summary>Counts what was sent.</summary>
    public void Sent(int bytes)
    {
        Interlocked.Add(ref _unreported, bytes);
        metrics.Sent(bytes, transport);
    }

    /// <summary>Tells the grain how far the viewer is. What it does not take is reported again with the next figures.</summary>
    public async Task ReportAsync()
    {
        await _attached;
        try
        {
            await TellAsync().WaitAsync(s_grainTimeout);
        }
        catch (Exception failure)
        {
            if (!Problems.IsOutage(failure))
                LogNotReported(logger, failure, id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        closed(this);
        metrics.Left(transport, since);
        try
        {
            await ReportAsync();
            await Grain.DetachAsync().WaitAsync(s_grainTimeout);
        }
        catch (Exception failure)
        {
            // The grain forgets the session by itself.
            if (!Problems.IsOutage(failure))
                LogNotDetached(logger, failure, id);
        }
        finally
        {
            _over.TrySetResult();
        }
    }

    private IViewerSessionGrain Grain => grains.GetGrain<IViewerSessionGrain>(id);

    private async Task<ViewerPosition?> AttachAsync()
    {
        await former;
        try
        {
            return await AskToAttachAsync().WaitAsync(s_grainTimeout);
        }
        catch (Exception failure)
        {
            if (!Problems.IsOutage(failure))
                LogNotAttached(logger, failure, id);
            return null;
        }
    }

    private async Task<ViewerPosition?> AskToAttachAsync()
    {
        var position = await Grain.AttachAsync(tail.Name, gateway, transport);
        _isAttached = true;
        return position;
    }

    /// <summary>A report that nobody may wait for any longer, but that is still on its way: its bytes are counted again only when it has failed.</summary>
    private async Task TellAsync()
    {
        var bytes = Interlocked.Exchange(ref _unreported, 0);
        try
        {
            // A grain that has failed may be another one now, which knows nothing of this viewer and counts nothing for it.
            if (!_isAttached)
                await AskToAttachAsync();
            await Grain.ReportAsync(stream.Position, bytes);
        }
        catch
        {
            _isAttached = false;
            Interlocked.Add(ref _unreported, bytes);
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The grain of viewer {Session} could not be attached")]
    private static partial void LogNotAttached(ILogger logger, Exception failure, string session);

    [LoggerMessage(2, LogLevel.Error, "The grain of viewer {Session} could not be told how far the viewer is")]
    private static partial void LogNotReported(ILogger logger, Exception failure, string session);

    [LoggerMessage(3, LogLevel.Error, "The grain of viewer {Session} could not be told that the viewer is gone")]
    private static partial void LogNotDetached(ILogger logger, Exception failure, string session);
}
