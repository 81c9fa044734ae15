using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Tests;

public interface IGateGrain : IGrainWithStringKey
{
    Task<int> WaitAtGate(string gate);
    Task Open(string gate);
}

/// <summary>Does what no grain should: it blocks its thread.</summary>
public sealed class GateGrain(BlockedReaderTests.Gates gates) : Grain, IGateGrain
{
    public Task<int> WaitAtGate(string gate) => Task.FromResult(gates.Wait(gate) ? 1 : 0);

    public Task Open(string gate)
    {
        gates.Open(gate);
        return Task.CompletedTask;
    }
}

/// <summary>The thread that reads a connection runs turns and callers itself; one that blocks must not hold up the connection.</summary>
public sealed class BlockedReaderTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_grain_that_blocks_its_thread_holds_up_no_other_call_of_the_connection()
    {
        using var silo = await StartSiloAsync();
        using var client = await StartClientAsync(silo.Gateway);
        var factory = client.Services.GetRequiredService<IClusterClient>();
        for (var round = 0; round < 5; round++)
        {
            var gate = $"gate {round}";
            await factory.GetGrain<IGateGrain>("opener").Open("warm");
            var blocked = factory.GetGrain<IGateGrain>($"blocker {round}").WaitAtGate(gate);
            await factory.GetGrain<IGateGrain>("opener").Open(gate).WaitAsync(s_limit, TestContext.Current.CancellationToken);
            Assert.Equal(1, await blocked.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        }

        await client.StopAsync(TestContext.Current.CancellationToken);
        await silo.Host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_caller_that_blocks_the_thread_it_is_told_on_gets_its_next_answer()
    {
        using var silo = await StartSiloAsync();
        using var client = await StartClientAsync(silo.Gateway);
        var factory = client.Services.GetRequiredService<IClusterClient>();
        var answered = await Task.Run(async () =>
        {
            var count = 0;
            for (var round = 0; round < 5; round++)
            {
                await factory.GetGrain<IGateGrain>("opener").Open("warm");
                if (factory.GetGrain<IGateGrain>("opener").Open("warm").Wait(s_limit))
                    count++;
            }

            return count;
        });
        Assert.Equal(5, answered);

        await client.StopAsync(TestContext.Current.CancellationToken);
        await silo.Host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<Silo> StartSiloAsync()
    {
        var gateway = Ports.Free();
        var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<Gates>();
            builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), gateway));
        });
        return new Silo(host, gateway);
    }

    private static Task<IHost> StartClientAsync(int gateway) => TestHost.StartAsync(builder => builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway)));

    private sealed record Silo(IHost Host, int Gateway) : IDisposable
    {
        public void Dispose() => Host.Dispose();
    }

    /// <summary>Gates that stay open once they are.</summary>
    public sealed class Gates
    {
        private readonly Dictionary<string, ManualResetEventSlim> _gates = [];

        public bool Wait(string gate) => Of(gate).Wait(s_limit);
        public void Open(string gate) => Of(gate).Set();

        private ManualResetEventSlim Of(string gate)
        {
            lock (_gates)
                return _gates.TryGetValue(gate, out var known) ? known : _gates[gate] = new ManualResetEventSlim();
        }
    }
}
