using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Testing.Simulation;

namespace Nsn.Engine.Tests;

public interface ILedgerGrain : IGrainWithIntegerKey
{
    Task Remind();
    Task Leave();
    Task<int> Append(int entry);
    Task<List<int>> Entries();
}

public sealed class LedgerState
{
    public List<int> Entries { get; set; } = [];
}

public sealed class LedgerGrain([PersistentState("ledger")] IPersistentState<LedgerState> state, IServiceProvider services) : Grain, ILedgerGrain, IRemindable
{
    public Task Remind() => this.RegisterOrUpdateReminder("tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    public Task Leave()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        services.GetRequiredService<SimulatedWorld>().Log($"tick of {this.GetPrimaryKeyLong()}");
        return Task.CompletedTask;
    }

    public async Task<int> Append(int entry)
    {
        state.State.Entries.Add(entry);
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            this.DeactivateOnIdle(); // what is in memory is not what is stored
            throw;
        }

        return state.State.Entries.Count;
    }

    public Task<List<int>> Entries() => Task.FromResult(state.State.Entries);
}

public sealed class SimulationTests
{
    private const int Grains = 10;
    private const int Reminded = 3;

    /// <summary>How many seeds are run; the environment variable NSN_SIMULATION_SEEDS asks for more, or for fewer.</summary>
    private static readonly int s_seeds = int.TryParse(Environment.GetEnvironmentVariable("NSN_SIMULATION_SEEDS"), out var seeds) ? seeds : 500;

    [Fact]
    public void No_seed_breaks_an_invariant()
    {
        var broken = new ConcurrentBag<string>();
        var next = -1;
        void RunSeeds()
        {
            while (broken.IsEmpty && Interlocked.Increment(ref next) is var seed && seed < s_seeds)
            {
                if (WhatBreaks(seed) is { } what)
                    broken.Add($"seed {seed}: {what}");
            }
        }

        // Threads of their own: those of the pool serve the tests that run beside this one, whose silos would be greeted too late.
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(RunSeeds))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.Empty(broken);
        Assert.True(next >= s_seeds, $"{next} of {s_seeds} seeds were run");
    }

    private static string? WhatBreaks(int seed)
    {
        try
        {
            return Run(seed, PlantedBug.None).Violations is { Count: > 0 } violations ? string.Join("; ", violations.Take(3)) : null;
        }
        catch (Exception failure)
        {
            return failure.ToString(); // which on a thread of its own would end the process
        }
    }

    [Theory]
    [InlineData(PlantedBug.TakeoverBeforeExpiry)]
    [InlineData(PlantedBug.LeaseTooLong)]
    [InlineData(PlantedBug.UnfencedWrite)]
    [InlineData(PlantedBug.StaleDirectoryCache)]
    [InlineData(PlantedBug.LostReminder)]
    [InlineData(PlantedBug.AcknowledgedBeforeStored)]
    [InlineData(PlantedBug.LostAnswer)]
    public void Planted_bugs_are_found(PlantedBug bug)
    {
        for (var seed = 0; seed < 100; seed++)
        {
            if (Run(seed, bug).Violations is [var first, ..])
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{bug} is found by seed {seed}: {first}");
                return;
            }
        }

        Assert.Fail($"{bug} was not found within 100 seeds.");
    }

    [Fact]
    public void What_somebody_was_told_and_is_not_stored_is_named_once_with_its_step()
    {
        var cluster = new SimulatedCluster(seed: 1, silos: 2);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        var grain = GrainId.Create("ledger", "1");
        cluster.Call(cluster.Living[0], _ =>
        {
            cluster.Storage.Promise<LedgerState>("ledger", grain, "entry 5", state => state.Entries.Contains(5));
            return Task.CompletedTask;
        });
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Matches("^step [0-9]+ at 2000 ms: entry 5 of ledger/1 is acknowledged and not stored$", Assert.Single(cluster.Violations));
    }

    [Fact]
    public void A_call_that_does_not_end_is_named_after_the_time_in_which_its_caller_was_awake()
    {
        var cluster = new SimulatedCluster(seed: 1, silos: 2);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        var never = new TaskCompletionSource().Task;
        cluster.Call(cluster.Living[0], _ => never);
        cluster.Call(cluster.Living[1], _ => never);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Crash(cluster.Living[1]); // nobody waits there any more
        var caller = cluster.Living[0];
        cluster.Pause(caller, TimeSpan.FromSeconds(20));
        cluster.RunFor(TimeSpan.FromSeconds(21));
        Assert.Empty(cluster.Violations);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Contains($"{caller.Name} has waited for a call since 2000 ms", Assert.Single(cluster.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_history() => Assert.Equal(Run(7, PlantedBug.None).Log, Run(7, PlantedBug.None).Log);

    [Fact]
    public void While_the_judge_is_down_active_grains_answer_for_a_lease_and_silos_come_back_with_it()
    {
        var cluster = new SimulatedCluster(seed: 3, silos: 3);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(Grains, CountAnswers(cluster, TimeSpan.FromSeconds(1)));

        cluster.Judge.IsDown = true;
        cluster.RunFor(SimulatedJudge.Lease - TimeSpan.FromSeconds(4));
        Assert.Equal(Grains, CountAnswers(cluster, TimeSpan.FromSeconds(1)));

        cluster.RunFor(TimeSpan.FromSeconds(4)); // nobody's lease holds any longer
        Assert.Equal(0, CountAnswers(cluster, TimeSpan.FromSeconds(1)));

        cluster.Judge.IsDown = false;
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(Grains, CountAnswers(cluster, TimeSpan.FromSeconds(2)));
        Assert.Empty(cluster.Violations);
    }

    [Fact]
    public void Grains_of_a_crashed_silo_answer_as_soon_as_the_grace_is_over()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var cluster = new SimulatedCluster(seed, silos: 3);
            cluster.RunFor(TimeSpan.FromSeconds(3));
            Assert.Equal(Grains, CountAnswers(cluster, TimeSpan.FromSeconds(1)));
            cluster.RunFor(cluster.World.Between(0, 1000)); // anywhere between two renewals

            cluster.Crash(cluster.Living[2]);
            cluster.RunFor(SimulatedJudge.Grace + TimeSpan.FromMilliseconds(300));
            Assert.Equal(Grains, CountAnswers(cluster, TimeSpan.FromMilliseconds(300)));
        }
    }

    private static int CountAnswers(SimulatedCluster cluster, TimeSpan within)
    {
        var answers = 0;
        for (var grain = 0; grain < Grains; grain++)
        {
            var id = grain;
            cluster.Call(cluster.Living[0], async factory =>
            {
                try
                {
                    await factory.GetGrain<ILedgerGrain>(id).Entries();
                    answers++;
                }
                catch (Exception exception) when (exception is SiloUnavailableException or IOException or Runtime.Cluster.JudgeDownException)
                {
                    cluster.World.Log($"{id} did not answer: {exception.GetType().Name}");
                }
            });
        }

        cluster.RunFor(within);
        return answers;
    }

    /// <summary>
    /// Three silos, ten grains, a minute of appends with crashes, pauses, silos that leave, partitions, lost connections and a storage that fails; then everything acknowledged must be
    /// there, and every call of a silo that lives has ended.
    /// </summary>
    private static (List<string> Violations, IReadOnlyList<string> Log) Run(int seed, PlantedBug bug)
    {
        var cluster = new SimulatedCluster(seed, 3, bug);
        var world = cluster.World;
        var acknowledged = new List<(int Grain, int Entry)>();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        cluster.Call(cluster.Living[0], factory => Task.WhenAll(Enumerable.Range(0, Reminded).Select(grain => factory.GetGrain<ILedgerGrain>(grain).Remind())));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        for (var round = 0; round < 25; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                var (grain, entry) = (world.Random.Next(Grains), (round * 4) + i);
                var caller = cluster.Living[world.Random.Next(cluster.Living.Count)];
                cluster.Call(caller, async factory =>
                {
                    try
                    {
                        var ledger = factory.GetGrain<ILedgerGrain>(grain);
                        await ledger.Append(entry);
                        acknowledged.Add((grain, entry));
                        cluster.Storage.Promise<LedgerState>("ledger", ledger.GetGrainId(), $"entry {entry}", state => state.Entries.Contains(entry));
                        world.Log($"{entry} is in {grain}");
                    }
                    catch (Exception exception)
                    {
                        world.Log($"{entry} failed: {exception.GetType().Name}");
                    }
                });
            }

            if (world.Random.Next(2) == 0)
                Leave(cluster, world.Random.Next(Grains));
            Disturb(cluster);
            cluster.RunFor(world.Between(100, 2500));
        }

        HealAll(cluster);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Verify(cluster, acknowledged);
        return (cluster.Violations, world.EventLog);
    }

    private static void Leave(SimulatedCluster cluster, int grain) => cluster.Call(cluster.Living[cluster.World.Random.Next(cluster.Living.Count)], async factory =>
    {
        try
        {
            await factory.GetGrain<ILedgerGrain>(grain).Leave();
        }
        catch (Exception exception)
        {
            cluster.World.Log($"{grain} did not leave: {exception.GetType().Name}");
        }
    });

    private static void Disturb(SimulatedCluster cluster)
    {
        var random = cluster.World.Random;
        var living = cluster.Living.Where(process => !process.IsPaused).ToList();
        switch (random.Next(22))
        {
            case 0 when living.Count > 1:
                cluster.Crash(living[random.Next(living.Count)]);
                cluster.StartSilo();
                break;
            case 1 when living.Count > 1:
                cluster.Pause(living[random.Next(living.Count)], cluster.World.Between(1000, 25_000));
                break;
            case 2 when living.Count > 1:
                cluster.Network.Cut(living[0], living[1]);
                break;
            case 3:
                HealAll(cluster);
                break;
            case 4 when living.Count > 1:
                cluster.Judge.Cut(living[random.Next(living.Count)], losesSession: random.Next(2) == 0);
                break;
            case 5 or 6 when living.Count > 1:
                cluster.Network.Drop(living[0], living[^1]);
                break;
            case 7 when living.Count > 1:
                cluster.Stop(living[random.Next(living.Count)]);
                cluster.StartSilo();
                break;
            case 8 when living.Count > 1:
                cluster.Network.CutSilently(living[0], living[^1]);
                break;
            case 9 or 10:
                cluster.Storage.Fails = true;
                break;
            default:
                break;
        }
    }

    private static void HealAll(SimulatedCluster cluster)
    {
        cluster.Network.HealAll();
        cluster.Judge.HealAll();
        cluster.Storage.Fails = false;
    }

    private static void Verify(SimulatedCluster cluster, List<(int Grain, int Entry)> acknowledged)
    {
        var read = new Dictionary<int, List<int>>();
        cluster.Call(cluster.Living.First(process => !process.IsPaused), async factory =>
        {
            await Task.WhenAll(Enumerable.Range(0, Grains).Select(async grain => read[grain] = await factory.GetGrain<ILedgerGrain>(grain).Entries()));
        });
        var from = cluster.World.EventLog.Count;
        cluster.RunFor(TimeSpan.FromSeconds(20));
        foreach (var grain in Enumerable.Range(0, Reminded))
        {
            if (!cluster.World.EventLog.Skip(from).Any(line => line.EndsWith($" tick of {grain}", StringComparison.Ordinal)))
                cluster.Violations.Add($"grain {grain} is not reminded any more");
        }

        if (read.Count < Grains)
            cluster.Violations.Add($"only {read.Count} of {Grains} grains answer after everything healed");
        foreach (var (grain, entry) in acknowledged)
        {
            if (read.TryGetValue(grain, out var entries) && !entries.Contains(entry))
                cluster.Violations.Add($"the acknowledged entry {entry} of grain {grain} is lost");
        }
    }
}
