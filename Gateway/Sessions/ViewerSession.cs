using Nsn.Gateway.Channels;
using Nsn.Gateway.Endpoints;
using Nsn.Grains.Viewers;

namespace Nsn.Gateway.Sessions;

/// <summary>
/// A viewer on this gateway: its frame stream, and the grain that remembers it beyond this connection; of a viewer that was here before it may
/// know where it was.
/// </summary>
internal sealed class ViewerSession(
    string id, bool isKnown, string transport, string gateway, ChannelTail tail, FrameStream stream, IGrainFactory grains, GatewayMetrics metrics,
    Action closed) : IAsyncDisposable
{
    // A grain that does not answer must not keep a viewer from its picture.
    private static readonly TimeSpan s_grainTimeout = TimeSpan.FromSeconds(1);
    private Task<ViewerPosition?> _attached = Task.FromResult<ViewerPosition?>(null);
    private long _unreported;
    private int _disposed;

    /// <summary>Unguessable name.</summary>
    public string Id => id;

    /// <summary>What it gets.</summary>
    public FrameStream Stream => stream;

    /// <summary>Attaches the grain and answers where to go on: what the viewer asks for, else what the grain remembers. Only for the latter it waits.</summary>
    public async Task<ViewerPosition?> ResumeAsync(ViewerPosition? wanted)
    {
        _attached = AttachAsync();
        return wanted is null && isKnown ? await _attached : wanted;
    }

    private async Task<ViewerPosition?> AttachAsync()
    {
        try
        {
            return await Grain.AttachAsync(tail.Name, gateway, transport).WaitAsync(s_grainTimeout);
        }
        catch (Exception failure) when (Problems.IsOutage(failure))
        {
            return null;
        }
    }

    /// <summary>Counts what was sent.</summary>
    public void Sent(int bytes)
    {
        Interlocked.Add(ref _unreported, bytes);
        metrics.Sent(bytes, transport);
    }

    /// <summary>Tells the grain how far the viewer is.</summary>
    public async Task ReportAsync()
    {
        try
        {
            await Grain.ReportAsync(stream.Position, Interlocked.Exchange(ref _unreported, 0)).WaitAsync(s_grainTimeout);
        }
        catch (Exception failure) when (Problems.IsOutage(failure))
        {
            // Reported again with the next figures.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        closed();
        metrics.Left(transport);
        await _attached;
        await ReportAsync();
        try
        {
            await Grain.DetachAsync().WaitAsync(s_grainTimeout);
        }
        catch (Exception failure) when (Problems.IsOutage(failure))
        {
            // The grain forgets the session by itself.
        }
    }

    private IViewerSessionGrain Grain => grains.GetGrain<IViewerSessionGrain>(id);
}
