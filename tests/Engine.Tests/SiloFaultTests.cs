using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Silos;
using Orleans.Configuration;

namespace Nsn.Engine.Tests;

public interface IEchoGrain : IGrainWithIntegerKey
{
    Task<byte[]> Bytes(int count);
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<byte[]> Bytes(int count) => Task.FromResult(new byte[count]);
}

/// <summary>What goes wrong around a silo costs it no more than it must.</summary>
public sealed class SiloFaultTests
{
    [Fact]
    public async Task A_source_of_figures_that_throws_costs_its_own_figures_only()
    {
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Critical);
            builder.Services.AddSingleton<ISiloFigureSource>(new Figures("before", throws: false));
            builder.Services.AddSingleton<ISiloFigureSource>(new Figures("broken", throws: true));
            builder.Services.AddSingleton<ISiloFigureSource>(new Figures("after", throws: false));
            builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0));
        });
        var silo = host.Services.GetRequiredService<Silo>();
        await silo.Membership.RenewAsync();
        var figures = host.Services.GetRequiredService<ISiloFigureCache>().GetFigures(silo.Address);
        Assert.Equal((1, 1), (figures["before"], figures["after"]));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_silo_that_cannot_tell_the_judge_that_it_leaves_stops_all_the_same()
    {
        var port = Ports.Free();
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Critical);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(port, 0).Services.Replace(
                ServiceDescriptor.Singleton<IClusterJudge>(services => new LostJudge(services.GetRequiredService<InMemoryCluster>()))));
        });
        await host.StopAsync(TestContext.Current.CancellationToken);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), TestContext.Current.CancellationToken).AsTask());
    }

    [Theory]
    [InlineData(60_000, true)]
    [InlineData(200_000, false)]
    public async Task Clients_keep_to_their_own_limit_of_a_message(int bytes, bool arrives)
    {
        var gateway = Ports.Free();
        using var silo = await TestHost.StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), gateway)));
        using var client = await TestHost.StartAsync(builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Critical);
            builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gateway).Configure<ClientMessagingOptions>(options => options.MaxMessageBodySize = 100_000));
        });
        var answer = client.Services.GetRequiredService<IGrainFactory>().GetGrain<IEchoGrain>(1).Bytes(bytes);
        if (arrives)
            Assert.Equal(bytes, (await answer).Length);
        else
            await Assert.ThrowsAsync<SiloUnavailableException>(() => answer);
        await client.StopAsync(TestContext.Current.CancellationToken);
        await silo.StopAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Figures(string name, bool throws) : ISiloFigureSource
    {
        public IEnumerable<KeyValuePair<string, double>> GetFigures() =>
            throws ? throw new InvalidOperationException("The meter is broken.") : [KeyValuePair.Create(name, 1.0)];
    }

    /// <summary>Cannot be reached by one that leaves.</summary>
    private sealed class LostJudge(InMemoryCluster judge) : IClusterJudge
    {
        public event Action? Changed
        {
            add => judge.Changed += value;
            remove => judge.Changed -= value;
        }

        public ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken) => judge.JoinAsync(self, cancellationToken);
        public ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken) => judge.RenewAsync(self, cancellationToken);
        public ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken) => ValueTask.FromException(new JudgeDownException(new SocketException()));
        public ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken) => judge.ReadAsync(cancellationToken);
    }
}
