using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Configuration;
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

    internal TestCluster(TestClusterOptions options, IReadOnlyList<IConfigurationSource> configurationSources)
    {
        Options = options;
        ConfigurationSources = configurationSources;
    }

    public TestClusterOptions Options { get; }
    public IReadOnlyList<IConfigurationSource> ConfigurationSources { get; }
    public ReadOnlyCollection<SiloHandle> Silos => new(_silos.Where(silo => silo.IsActive).ToList());

    /// <summary>The first silo, or what it was restarted as; null before it was started and once it has been stopped.</summary>
    public SiloHandle Primary => Silos.FirstOrDefault(silo => silo.InstanceNumber == 0)!;
    public IReadOnlyList<SiloHandle> SecondarySilos => [.. Silos.Where(silo => silo.InstanceNumber != 0)];
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
        foreach (var source in ConfigurationSources)
            ((IConfigurationBuilder)builder.Configuration).Add(source);
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

    public Task<SiloHandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false) => StartAsync(_lastInstance++);

    private async Task<SiloHandle> StartAsync(short instance)
    {
        var name = instance == 0 ? "Primary" : $"Secondary_{instance}";
        var configurators = Options.SiloBuilderConfiguratorTypes.Select(type => Activator.CreateInstance(Type.GetType(type, true)!)!).ToList();
        var builder = new HostBuilder();
        builder.ConfigureHostConfiguration(configuration =>
        {
            foreach (var source in ConfigurationSources)
                configuration.Add(source);
        });
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
            GatewayAddress = running.Address,
            ClusterOptions = Options,
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
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => (silo is null ? Silos.FirstOrDefault() : GetSiloForAddress(silo)) is InProcessSiloHandle { IsActive: true } handle
        ? handle.ServiceProvider
        : throw new ArgumentException(silo is null ? "No silo is running." : $"No silo is running at {silo}.", nameof(silo));

    /// <summary>Finds the activation of a grain, whichever silo has it.</summary>
    public bool TryGetGrainContext(GrainId grainId, [NotNullWhen(true)] out IGrainContext? grainContext)
    {
        foreach (var handle in Silos.OfType<InProcessSiloHandle>())
        {
            if (handle.ServiceProvider.GetRequiredService<Silo>().TryFind(grainId, out var activation))
            {
                grainContext = activation;
                return true;
            }
        }

        grainContext = null;
        return false;
    }

    /// <summary>Waits until the activation that a grain has now is over; one that is not active is not waited for.</summary>
    public Task WaitForDeactivationAsync(GrainId grainId) => TryGetGrainContext(grainId, out var context) ? context.Deactivated : Task.CompletedTask;
    public Task WaitForDeactivationAsync(IAddressable grain) => WaitForDeactivationAsync(grain.GetGrainId());

    /// <summary>Ends the activation of a grain, if it has one.</summary>
    public Task DeactivateAsync(GrainId grainId)
    {
        if (!TryGetGrainContext(grainId, out var context))
            return Task.CompletedTask;
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The test asked for it."));
        return context.Deactivated;
    }

    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(grain.GetGrainId());

    /// <summary>Views are shared in memory: there is nothing to wait for.</summary>
    public Task WaitForClusterManifestToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

    /// <summary>Views are shared in memory: there is nothing to wait for.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

    public Task StopSiloAsync(SiloHandle instance) => instance.StopSiloAsync(true);
    public Task KillSiloAsync(SiloHandle instance, CancellationToken cancellationToken = default) => instance.StopSiloAsync(false).WaitAsync(cancellationToken);

    public async Task StopSecondarySilosAsync()
    {
        foreach (var silo in SecondarySilos.Reverse())
            await silo.StopSiloAsync(true);
    }

    public async Task StopPrimarySiloAsync()
    {
        var primary = Primary ?? throw new InvalidOperationException("The primary silo is not running.");
        await StopClusterClientAsync();
        await primary.StopSiloAsync(true);
    }

    /// <summary>Stops a silo and starts it again under its name; it comes back as another incarnation.</summary>
    public async Task<SiloHandle> RestartSiloAsync(SiloHandle instance)
    {
        await StopSiloAsync(instance);
        return await StartAsync(instance.InstanceNumber);
    }

    /// <summary>Starts a silo again that was stopped or killed.</summary>
    public Task<SiloHandle> RestartStoppedSecondarySiloAsync(string siloName) => _silos.FindLast(silo => silo.Name == siloName) switch
    {
        null => throw new ArgumentException($"There was no silo '{siloName}'.", nameof(siloName)),
        { IsActive: true } => throw new InvalidOperationException($"The silo '{siloName}' is running."),
        var stopped => StartAsync(stopped.InstanceNumber),
    };

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
