using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Nsn.Gateway.Channels;

namespace Nsn.Gateway.Sessions;

/// <summary>The viewers of this gateway. Reports to their grains every five seconds.</summary>
internal sealed class ViewerSessions(
    IGrainFactory grains, GatewayMetrics metrics, IOptions<GatewaySettings> settings, TimeProvider time, ILogger<ViewerSession> logger) : BackgroundService
{
    private const int IdBytes = 16;
    private readonly ConcurrentDictionary<string, ViewerSession> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _leaving = new(StringComparer.Ordinal);

    /// <summary>
    /// Opens a session, or answers null when the gateway is full. A known id is taken on again, so that the viewer goes on where it was;
    /// anything that cannot be an id of ours counts as none.
    /// </summary>
    public ViewerSession? TryOpen(ChannelTail tail, string transport, string? known)
    {
        if (_open.Count >= settings.Value.ViewersMax)
            return null;
        var isKnown = known is { Length: IdBytes * 2 } && known.All(char.IsAsciiHexDigitLower) && !_open.ContainsKey(known);
        var id = isKnown ? known! : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var chain = tail.Head is { } head ? ApiJson.Hex(head.GenesisHash) : "";
        var stream = new FrameStream(tail, id, chain, time);
        var former = _leaving.GetValueOrDefault(id) ?? Task.CompletedTask;
        var since = Stopwatch.GetTimestamp();
        var session = new ViewerSession(id, isKnown, former, since, transport, settings.Value.Name, tail, stream, grains, metrics, logger, Closed);
        if (!_open.TryAdd(id, session))
            return null;
        metrics.Joined(transport, isKnown);
        return session;
    }

    /// <summary>An open session.</summary>
    public ViewerSession? Find(string id) => _open.GetValueOrDefault(id);

    /// <summary>Ends what streams and connections, which are closed by now, have not ended yet: it is measured, and the grains are told.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll([.. _open.Values.Select(session => session.DisposeAsync().AsTask()), .. _leaving.Values]).WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Parallel.ForEachAsync(_open.Values, stoppingToken, async (session, _) => await session.ReportAsync());
    }

    /// <summary>The name is free from now on; who takes it on again waits for the end of this session before the grain hears of the next.</summary>
    private void Closed(ViewerSession session)
    {
        _leaving[session.Id] = session.Over;
        _open.TryRemove(session.Id, out _);
        _ = ForgetAsync(session);
    }

    private async Task ForgetAsync(ViewerSession session)
    {
        await session.Over;
        _leaving.TryRemove(KeyValuePair.Create(session.Id, session.Over));
    }
}
