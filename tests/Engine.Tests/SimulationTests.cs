using Nsn.Engine.Testing.Simulation;

namespace Nsn.Engine.Tests;

public interface ILedgerGrain : IGrainWithIntegerKey
{
    Task<int> Append(int entry);
    Task<List<int>> Entries();
}

public sealed class LedgerState
{
    public List<int> Entries { get; set; } = [];
}

public sealed class LedgerGrain([PersistentState("ledger")] IPersistentState<LedgerState> state) : Grain, ILedgerGrain
{
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
    [Fact]
    public void The_same_seed_gives_the_same_history() => Assert.Equal(Run(7, PlantedBug.None).Log, Run(7, PlantedBug.None).Log);

    /// <summary>Three silos, ten grains, a minute of appends with crashes, pauses and partitions; then everything acknowledged must be there.</summary>
    private static (List<string> Violations, IReadOnlyList<string> Log) Run(int seed, PlantedBug bug)
    {
        var cluster = new SimulatedCluster(seed, 3, bug);
        var world = cluster.World;
        var acknowledged = new List<(int Grain, int Entry)>();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        for (var round = 0; round < 40; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                var (grain, entry) = (world.Random.Next(10), (round * 4) + i);
                cluster.Call(cluster.Living[world.Random.Next(cluster.Living.Count)], async factory =>
                {
                    try
                    {
                        await factory.GetGrain<ILedgerGrain>(grain).Append(entry);
                        acknowledged.Add((grain, entry));
                        world.Log($"{entry} is in {grain}");
                    }
                    catch (Exception exception)
                    {
                        world.Log($"{entry} failed: {exception.GetType().Name}");
                    }
                });
            }

            Disturb(cluster);
            cluster.RunFor(world.Between(100, 2500));
        }

        cluster.Network.HealAll();
        cluster.RunFor(TimeSpan.FromSeconds(40));
        Verify(cluster, acknowledged);
        return (cluster.Violations, world.EventLog);
    }

    private static void Disturb(SimulatedCluster cluster)
    {
        var random = cluster.World.Random;
        var living = cluster.Living.Where(process => !process.IsPaused).ToList();
        switch (random.Next(16))
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
                cluster.Network.HealAll();
                break;
            default:
                break;
        }
    }

    private static void Verify(SimulatedCluster cluster, List<(int Grain, int Entry)> acknowledged)
    {
        var read = new Dictionary<int, List<int>>();
        cluster.Call(cluster.Living.First(process => !process.IsPaused), async factory =>
        {
            for (var grain = 0; grain < 10; grain++)
                read[grain] = await factory.GetGrain<ILedgerGrain>(grain).Entries();
        });
        cluster.RunFor(TimeSpan.FromSeconds(30));
        if (read.Count < 10)
            cluster.Violations.Add($"only {read.Count} of 10 grains answer after everything healed");
        foreach (var (grain, entry) in acknowledged)
        {
            if (read.TryGetValue(grain, out var entries) && !entries.Contains(entry))
                cluster.Violations.Add($"the acknowledged entry {entry} of grain {grain} is lost");
        }
    }
}
