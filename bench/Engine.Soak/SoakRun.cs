using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Nsn.Engine.Soak;

/// <summary>Silos as processes, callers, and what is done to them.</summary>
public sealed class SoakRun(string connectionString, SoakOptions options, Action<string> log) : IAsyncDisposable
{
    private readonly string _cluster = $"soak-{Guid.NewGuid():N}";
    private readonly List<SiloProcess> _silos = [];
    private readonly List<double> _recoveries = [];

    public async Task<SoakReport> RunAsync()
    {
        await using var witness = new Witness(connectionString);
        await witness.CreateAsync();
        for (var i = 0; i < options.Silos; i++)
            _silos.Add(new SiloProcess(connectionString, _cluster));
        await Task.WhenAll(_silos.Select(silo => silo.WaitUntilReadyAsync(options.Limit)));
        using var client = await Cluster.StartClientAsync(connectionString, _cluster);
        var factory = client.Services.GetRequiredService<IClusterClient>();
        for (var i = 0; i < 10; i++)
            await RemindAsync(factory.GetGrain<IWitnessedCounter>($"counter {i}"));
        await using var load = new Load(factory, options.Counters, options.Pace);
        try
        {
            await load.WaitForProgressAsync(null, "the start", options.Limit);
            for (var i = 0; i < options.Kills; i++)
                await KillAsync(load, i);
            for (var i = 0; i < options.Pauses; i++)
                await PauseAsync(load, i);
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
        _recoveries.Sort();
        return new SoakReport
        {
            Kills = options.Kills,
            Pauses = options.Pauses,
            Changes = options.Changes,
            Acknowledged = load.Acknowledged,
            Failed = load.Failed,
            Lost = load.Lost,
            Overlaps = await witness.CountOverlapsAsync(),
            StaleRefused = await witness.CountStaleAsync(),
            Ticks = await witness.CountTicksAsync(),
            DoubleTicks = await witness.CountDoubleTicksAsync(),
            RecoveryMedianSeconds = _recoveries.Count == 0 ? 0 : Math.Round(_recoveries[_recoveries.Count / 2], 2),
            RecoveryMaxSeconds = _recoveries.Count == 0 ? 0 : Math.Round(_recoveries[^1], 2),
        };
    }

    private async Task RemindAsync(IWitnessedCounter counter)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await counter.Remind();
                return;
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException && clock.Elapsed < options.Limit)
            {
                await Task.Delay(100); // the cluster is still starting
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

    private async Task PauseAsync(Load load, int number)
    {
        var victim = Take(load);
        victim.Pause();
        var wake = Task.Delay(options.Pause);
        var recovery = await load.WaitForProgressAsync(null, $"pause {number + 1}", options.Limit);
        await wake;
        victim.Resume();
        _silos.Add(victim);
        await load.WaitForProgressAsync(null, $"the end of pause {number + 1}", options.Limit);
        log($"pause {number + 1}: its grains answered again after {recovery.TotalSeconds:0.00} s; {load.Acknowledged} acknowledged, {load.Lost} lost");
    }

    private async Task ChangeAsync(Load load, int number)
    {
        var leaving = Take(load);
        await ReplaceAsync();
        await leaving.StopAsync();
        leaving.Dispose();
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
