using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Silos;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql.Streams;

/// <summary>
/// A hub that died with items undelivered is called by nobody if its producers fall silent. One silo, the first of the cluster, therefore looks for such streams now and
/// then, and when the cluster has changed, and wakes their hubs. It also deletes old items: a hub does that only while it writes many.
/// </summary>
internal sealed partial class DurableStreamWaker(Silo silo, string provider, DurableStreamOptions options, IOptions<ClusterOptions> cluster, ILogger<DurableStreamWaker> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private const int StreamsMax = 1000;
    private const int TrimItemsMax = 10_000;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_trimPeriodMax = TimeSpan.FromHours(1);

    private ITimer? _timer;
    private int _looking;
    private long? _trimmed;

    public static DurableStreamWaker Create(IServiceProvider services, string provider) => new(
        services.GetRequiredService<Silo>(),
        provider,
        services.GetRequiredService<IOptionsMonitor<DurableStreamOptions>>().Get(provider),
        services.GetRequiredService<IOptions<ClusterOptions>>(),
        services.GetRequiredService<ILogger<DurableStreamWaker>>());

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(DurableStreamWaker), ServiceLifecycleStage.Active, Start, Stop);

    private Task Start(CancellationToken cancellationToken)
    {
        silo.ViewChanged += Look;
        _timer = silo.TimeProvider.CreateTimer(static state => ((DurableStreamWaker)state!).Look(), this, TimeSpan.Zero, s_period);
        return Task.CompletedTask;
    }

    private Task Stop(CancellationToken cancellationToken)
    {
        silo.ViewChanged -= Look;
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    private void Look() => _ = LookAsync();

    private async Task LookAsync()
    {
        var first = silo.View.Silos.Where(member => member.Status == SiloStatus.Active).Min(member => member.Address);
        if (!silo.MayAct || !silo.Address.Equals(first) || Interlocked.Exchange(ref _looking, 1) == 1)
            return;
        try
        {
            foreach (var stream in await StreamTable.ReadBacklogsAsync(Database.Of(options.ConnectionString), cluster.Value.ServiceId, StreamsMax, CancellationToken.None))
            {
                if (stream.StartsWith(provider + "|", StringComparison.Ordinal))
                    await ((IDurableStreamHub)(object)silo.References.Create(GrainId.Create("sys.durable-stream", stream), typeof(IDurableStreamHub))).Wake();
            }

            await TrimAsync();
        }
        catch (Exception exception)
        {
            LogFailed(logger, provider, exception);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    /// <summary>Often enough that an item outlives its retention by little; each time takes a walk through the table.</summary>
    private async Task TrimAsync()
    {
        var period = options.Retention / 10 < s_trimPeriodMax ? options.Retention / 10 : s_trimPeriodMax;
        if (_trimmed is { } last && silo.TimeProvider.GetElapsedTime(last) < period)
            return;
        while (silo.MayAct && await StreamTable.TrimAllAsync(Database.Of(options.ConnectionString), cluster.Value.ServiceId, provider, options.Retention, TrimItemsMax, CancellationToken.None) == TrimItemsMax)
        {
            // More than one statement should delete.
        }

        _trimmed = silo.TimeProvider.GetTimestamp();
    }

    [LoggerMessage(91, LogLevel.Warning, "Streams of {Provider} with undelivered items could not be woken; tried again in ten seconds")]
    private static partial void LogFailed(ILogger logger, string provider, Exception exception);
}
