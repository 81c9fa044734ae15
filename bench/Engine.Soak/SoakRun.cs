using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.PostgreSql;

namespace Nsn.Engine.Soak;

/// <summary>Silos as processes, callers, and what is done to them.</summary>
public sealed class SoakRun(string connectionString, SoakOptions options, Action<string> log) : IAsyncDisposable
{
    private readonly string _cluster = $"soak-{Guid.NewGuid():N}";
    private readonly List<SiloProcess> _silos = [];
    private readonly List<double> _recoveries = [];
    private Load? _load;
    private int _rejoined;
    private int _changes;
    private int _outages;
    private long _answeredInOutages;
    private int _rejoinedAfterOutages;

    /// <summary>The server behind the connection string, where it is to be killed.</summary>
    public PostgreSqlServer? Server { get; init; }

    public async Task<SoakReport> RunAsync()
    {
        await using var witness = new Witness(connectionString);
        await witness.CreateAsync();
        for (var i = 0; i < options.Silos; i++)
            _silos.Add(new SiloProcess(connectionString, _cluster));
        await Task.WhenAll(_silos.Select(silo => silo.WaitUntilReadyAsync(options.Limit)));
        await witness.WatchWritesAsync();
        using var client = await Cluster.StartClientAsync(connectionString, _cluster);
        var factory = client.Services.GetRequiredService<IClusterClient>();
        for (var i = 0; i < 10; i++)
            await RetryAsync(factory.GetGrain<IWitnessedCounter>($"counter {i}").Remind);
        await using var load = new Load(factory, options.Counters, options.Pace);
        _load = load;
        try
        {
            await load.WaitForProgressAsync(null, "the start", options.Limit);
            await RetryAsync(witness.CheckThatSessionsCountAsync);
            for (var i = 0; i < options.Kills; i++)
                await KillAsync(load, i);
            for (var i = 0; i < options.Pauses; i++)
                await PauseAsync(load, witness, i);
            for (var i = 0; i < options.Outages; i++)
                await StopDatabaseAsync(load, factory, witness, i);
            for (var i = 0; i < options.Changes; i++)
                await ChangeAsync(load, i);
            await load.WaitForProgressAsync(null, "everything", options.Limit);
            await load.StopAsync();
        }
        catch (Exception exception) when (exception is TimeoutException)
        {
            throw new TimeoutException($"{exception.Message}\n{string.Join('\n', _silos.Select(silo => $"{silo.Port}:\n{silo.Output}"))}", exception);
        }

        await client.StopAsync();
        return await ReportAsync();
    }

    /// <summary>What has been counted until now.</summary>
    public async Task<SoakReport> ReportAsync()
    {
        await using var witness = new Witness(connectionString);
        var recoveries = _recoveries.Order().ToList();
        return new SoakReport
        {
            Kills = _recoveries.Count,
            Pauses = _rejoined,
            Changes = _changes,
            Acknowledged = _load?.Acknowledged ?? 0,
            Failed = _load?.Failed ?? 0,
            Lost = _load?.Lost ?? 0,
            Overlaps = await witness.CountOverlapsAsync(),
            StaleRefused = await witness.CountStaleAsync(),
            StaleWrites = await witness.CountStaleWritesAsync(_cluster),
            Rejoined = _rejoined,
            Outages = _outages,
            AnsweredInOutages = _answeredInOutages,
            RejoinedAfterOutages = _rejoinedAfterOutages,
            Ticks = await witness.CountTicksAsync(),
            DoubleTicks = await witness.CountDoubleTicksAsync(),
            DoubleTicksInARow = await witness.CountDoubleTicksInARowAsync(),
            RecoveryMedianSeconds = recoveries.Count == 0 ? 0 : Math.Round(recoveries[recoveries.Count / 2], 2),
            RecoveryMaxSeconds = recoveries.Count == 0 ? 0 : Math.Round(recoveries[^1], 2),
        };
    }

    /// <summary>Calls until it is answered: the cluster may be changing.</summary>
    private async Task RetryAsync(Func<Task> call)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException or InvalidOperationException && clock.Elapsed < options.Limit)
            {
                await Task.Delay(100);
            }
        }
    }

    private async Task KillAsync(Load load, int number)
    {
        var victim = Take(load);
        victim.Kill();
        var recovery = await load.WaitForProgressAsync(victim.Port, $"kill {number + 1}", options.Limit);
        _recoveries.Add(recovery.TotalSeconds);
        log($"kill {number + 1}: its grains answered again after {recovery.TotalSeconds:0.00} s; {load.Acknowledged} acknowledged, {load.Lost} lost");
        victim.Dispose();
        await ReplaceAsync();
    }

    /// <summary>Pauses a silo until others have all its grains, which they get only once it is declared dead, and wakes it.</summary>
    private async Task PauseAsync(Load load, Witness witness, int number)
    {
        var victim = Take(load);
        victim.Pause();
        var wake = Task.Delay(options.Pause);
        var recovery = await load.WaitForProgressAsync(null, $"pause {number + 1}", options.Limit);
        await wake;
        victim.Resume();
        _silos.Add(victim);
        await WaitUntilRejoinedAsync(victim, witness);
        _rejoined++;
        await load.WaitForProgressAsync(null, $"the end of pause {number + 1}", options.Limit);
        log($"pause {number + 1}: its grains answered again after {recovery.TotalSeconds:0.00} s, it joined again; {load.Acknowledged} acknowledged, {load.Lost} lost");
    }

    private async Task WaitUntilRejoinedAsync(SiloProcess silo, Witness witness)
    {
        var clock = Stopwatch.StartNew();
        while (await witness.CountIncarnationsAsync(_cluster, silo.Port) is not ( >= 1, 1))
        {
            if (clock.Elapsed > options.Limit)
                throw new TimeoutException($"Within {options.Limit} the silo at port {silo.Port} did not join again after it had lost its lease.");
            await Task.Delay(100);
        }
    }

    /// <summary>Kills PostgreSQL under load and starts it again. Calls that need no database go on meanwhile.</summary>
    private async Task StopDatabaseAsync(Load load, IGrainFactory factory, Witness witness, int number)
    {
        var server = Server ?? throw new InvalidOperationException("Only a server of our own can be killed: leave --postgres out.");
        var idle = Enumerable.Range(0, options.Counters).Select(i => factory.GetGrain<IWitnessedCounter>($"idle {i}")).ToList();
        foreach (var grain in idle)
            await RetryAsync(async () => await grain.Port());
        await server.KillAsync();
        var away = Stopwatch.StartNew();
        var answered = (await Task.WhenAll(idle.Select(grain => CountAnswersAsync(grain, away)))).Sum();
        await server.StartAsync();
        witness.Reconnect();
        var back = Stopwatch.StartNew();
        if (options.Outage > PostgreSqlJudge.Lease)
        {
            foreach (var silo in _silos)
            {
                await WaitUntilRejoinedAsync(silo, witness);
                if (silo.HasExited)
                    throw new InvalidOperationException($"The silo at port {silo.Port} ended in outage {number + 1}.");
                _rejoinedAfterOutages++;
            }
        }

        await load.WaitForProgressAsync(null, $"outage {number + 1}", options.Limit);
        _answeredInOutages += answered;
        _outages++;
        log($"outage {number + 1}: {answered} calls answered in {options.Outage.TotalSeconds:0} s without PostgreSQL; every counter went on {back.Elapsed.TotalSeconds:0.00} s after it was back; {load.Acknowledged} acknowledged, {load.Lost} lost");
    }

    private async Task<long> CountAnswersAsync(IWitnessedCounter counter, Stopwatch away)
    {
        var answered = 0L;
        while (away.Elapsed < options.Outage)
        {
            try
            {
                await counter.Port().AsTask().WaitAsync(options.Outage);
                answered++;
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException)
            {
                // Its silo was not sure of its lease any more, or lost it: the outage took too long for this machine.
            }

            await Task.Delay(options.Pace);
        }

        return answered;
    }

    private async Task ChangeAsync(Load load, int number)
    {
        var leaving = Take(load);
        await ReplaceAsync();
        await leaving.StopAsync();
        leaving.Dispose();
        _changes++;
        log($"change {number + 1}: {load.Acknowledged} acknowledged, {load.Lost} lost");
    }

    /// <summary>The silo with the most counters: what happens to it matters most.</summary>
    private SiloProcess Take(Load load)
    {
        var index = Math.Max(0, _silos.FindIndex(silo => silo.Port == load.BusiestPort));
        var silo = _silos[index];
        _silos.RemoveAt(index);
        return silo;
    }

    private async Task ReplaceAsync()
    {
        var silo = new SiloProcess(connectionString, _cluster);
        _silos.Add(silo);
        await silo.WaitUntilReadyAsync(options.Limit);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            silo.Dispose();
        return ValueTask.CompletedTask;
    }
}
