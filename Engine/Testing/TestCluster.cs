using System.Collections.ObjectModel;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Reminders;
using Nsn.Engine.Runtime.Scheduling;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.State;
using Nsn.Engine.Runtime.Transport;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Silos and a client in one process, with an in-memory judge. Calls between silos are real frames.</summary>
public class TestCluster : IDisposable, IAsyncDisposable
{
    private readonly InMemoryCluster _cluster = new();
    private readonly InProcessNetwork _network = new(new ThreadPoolTurnScheduler());
    private readonly MemoryStore _store = new();
    private readonly InMemoryReminderTable _reminders = new();
    private readonly List<SiloHandle> _silos = [];
    private IHost? _client;
    private short _lastInstance;

    internal TestCluster(TestClusterOptions options) => Options = options;

    public TestClusterOptions Options { get; }
    public ReadOnlyCollection<SiloHandle> Silos => new(_silos.Where(silo => silo.IsActive).ToList());
    public SiloHandle Primary => _silos[0];
    public IReadOnlyList<SiloHandle> SecondarySilos => [.. Silos.Skip(1)];
    public IClusterClient Client => _client?.Services.GetRequiredService<IClusterClient>() ?? throw new InvalidOperationException("The client is not running: deploy the cluster first.");
    public IGrainFactory GrainFactory => Client;
    public IServiceProvider ServiceProvider => _client!.Services;

    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    public async Task DeployAsync()
    {
        for (var i = 0; i < Options.InitialSilosCount; i++)
            await StartAdditionalSiloAsync();
        if (Options.InitializeClientOnDeploy)
            await InitializeClientAsync();
    }

    public async Task InitializeClientAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(_network.CreateTransport());
        builder.Services.AddSingleton<IGatewayList>(new TestGateways(this));
        Quiet(builder.Logging);
        builder.UseOrleansClient(client =>
        {
            foreach (var name in Options.ClientBuilderConfiguratorTypes)
                ((IClientBuilderConfigurator)Activator.CreateInstance(Type.GetType(name, true)!)!).Configure(builder.Configuration, client);
        });
        _client = builder.Build();
        await _client.StartAsync();
    }

    public SiloHandle StartAdditionalSilo(bool startAdditionalSiloOnNewPort = false) => StartAdditionalSiloAsync().GetAwaiter().GetResult();

    public async Task<SiloHandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false)
    {
        var instance = _lastInstance++;
        var name = instance == 0 ? "Primary" : $"Secondary_{instance}";
        var configurators = Options.SiloBuilderConfiguratorTypes.Select(type => Activator.CreateInstance(Type.GetType(type, true)!)!).ToList();
        var builder = new HostBuilder();
        foreach (var configurator in configurators.OfType<IHostConfigurator>())
            configurator.Configure(builder);
        builder.ConfigureLogging(Quiet);
        builder.ConfigureServices(services =>
        {
            services.AddSingleton(_cluster);
            services.AddSingleton(_store);
            services.AddSingleton<IReminderTable>(_reminders);
            services.AddSingleton(_network.CreateTransport());
        });
        builder.UseOrleans(silo =>
        {
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                options.SiloPort = 10_000 + instance;
                options.GatewayPort = 0;
            });
            silo.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = Options.ClusterId;
                options.ServiceId = Options.ServiceId;
            });
            silo.Configure<SiloOptions>(options => options.SiloName = name);
            foreach (var configurator in configurators.OfType<ISiloConfigurator>())
                configurator.Configure(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        var running = host.Services.GetRequiredService<Silo>();
        var handle = new InProcessSiloHandle
        {
            SiloHost = host,
            Name = name,
            InstanceNumber = instance,
            SiloAddress = running.Address,
            Kill = async () =>
            {
                await running.KillAsync();
                _cluster.Declare(running.Address);
            },
        };
        _silos.Add(handle);
        return handle;
    }

    public async Task<List<SiloHandle>> StartAdditionalSilosAsync(int silosToStart, bool startAdditionalSiloOnNewPort = false)
    {
        var started = new List<SiloHandle>();
        for (var i = 0; i < silosToStart; i++)
            started.Add(await StartAdditionalSiloAsync());
        return started;
    }

    public IEnumerable<SiloHandle> GetActiveSilos() => Silos;
    public SiloHandle? GetSiloForAddress(SiloAddress siloAddress) => _silos.FirstOrDefault(silo => silo.SiloAddress.Equals(siloAddress));
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => ((InProcessSiloHandle)(silo is null ? Primary : GetSiloForAddress(silo)!)).ServiceProvider;

    /// <summary>Views are shared in memory: there is nothing to wait for.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

    public Task StopSiloAsync(SiloHandle instance) => instance.StopSiloAsync(true);
    public Task KillSiloAsync(SiloHandle instance) => instance.StopSiloAsync(false);

    public async Task<SiloHandle> RestartSiloAsync(SiloHandle instance)
    {
        await StopSiloAsync(instance);
        return await StartAdditionalSiloAsync();
    }

    public async Task StopClusterClientAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            await client.StopAsync();
            client.Dispose();
        }
    }

    public Task KillClientAsync() => StopClusterClientAsync();
    public void StopAllSilos() => StopAllSilosAsync().GetAwaiter().GetResult();

    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync();
        foreach (var silo in Silos.Reverse())
            await silo.StopSiloAsync(true);
    }

    public void Dispose()
    {
        StopAllSilos();
        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllSilosAsync();
        GC.SuppressFinalize(this);
    }

    private static void Quiet(ILoggingBuilder logging) => logging.SetMinimumLevel(LogLevel.Warning);

    private sealed class TestGateways(TestCluster cluster) : IGatewayList
    {
        public ValueTask<IReadOnlyList<Gateway>> GetGatewaysAsync(CancellationToken cancellationToken) =>
            new(cluster.Silos.Select(silo => new Gateway(silo.SiloAddress, silo.SiloAddress.Endpoint)).ToArray());
    }
}
