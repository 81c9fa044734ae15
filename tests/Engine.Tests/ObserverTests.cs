using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Nsn.Engine.Runtime.Silos;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

/// <summary>Observers are held weakly: who makes one has to hold it.</summary>
public sealed class ObserverTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_observer_that_nobody_holds_is_forgotten_and_calls_of_it_say_so(bool inClient)
    {
        var time = new FakeTimeProvider();
        var gateway = Ports.Free();
        using var silo = await TestHost.StartAsync(builder =>
        {
            if (!inClient)
                builder.Services.AddSingleton<TimeProvider>(time);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), gateway));
        });
        using var client = await TestHost.StartAsync(builder =>
        {
            if (inClient)
                builder.Services.AddSingleton<TimeProvider>(time);
            builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gateway));
        });
        var host = inClient ? client : silo;
        var node = host.Services.GetRequiredService<Node>();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var held = new Listener();
        var kept = grains.CreateObjectReference<IListener>(held);
        var dropped = Drop(grains);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        await Assert.ThrowsAsync<ClientNotAvailableException>(() => dropped.Hear("who is there?"));
        Assert.Equal("yes", await kept.Hear("and you?"));
        var before = node.Observers.Activations.Count;
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(before - 1, node.Observers.Activations.Count);
        Assert.Equal("yes", await kept.Hear("still?"));
        GC.KeepAlive(held);
        await client.StopAsync(TestContext.Current.CancellationToken);
        await silo.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_whose_gateway_is_gone_is_found_through_every_other_silo(bool leaves)
    {
        await using var cluster = new TestClusterBuilder(3).Build();
        await cluster.DeployAsync();
        var held = new Listener();
        var reference = (GrainReference)cluster.Client.CreateObjectReference<IListener>(held);
        var gateway = cluster.Silos.Single(handle => SiloOf(handle).ClientCount == 1);
        await (leaves ? cluster.StopSiloAsync(gateway) : cluster.KillSiloAsync(gateway));
        foreach (var handle in cluster.Silos)
        {
            var listener = (IListener)SiloOf(handle).References.Create(reference.GrainId, typeof(IListener));
            await Until.HoldsAsync($"{handle.SiloAddress} finds the client", () => Hears(listener));
        }

        GC.KeepAlive(held);

        Silo SiloOf(SiloHandle handle) => cluster.GetSiloServiceProvider(handle.SiloAddress).GetRequiredService<Silo>();
    }

    private static bool Hears(IListener listener)
    {
        try
        {
            return listener.Hear("found?").GetAwaiter().GetResult() == "yes";
        }
        catch (ClientNotAvailableException)
        {
            return false;
        }
    }

    /// <summary>In a method of its own, so that no register holds the observer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IListener Drop(IGrainFactory grains) => grains.CreateObjectReference<IListener>(new Listener());

    private sealed class Listener : IListener
    {
        public Task<string> Hear(string text) => Task.FromResult("yes");
    }
}

/// <summary>Hears.</summary>
public interface IListener : IGrainObserver
{
    Task<string> Hear(string text);
}
