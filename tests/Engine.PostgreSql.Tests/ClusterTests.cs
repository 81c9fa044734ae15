using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Tests;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.Streams;

namespace Nsn.Engine.PostgreSql.Tests;

[Collection(nameof(PostgreSqlCollection))]
public sealed class ClusterTests(PostgreSqlFixture server)
{
    [Fact]
    public async Task Silos_share_grains_over_tcp_and_a_dead_silos_grains_answer_elsewhere_with_their_state()
    {
        var cluster = $"c{Guid.NewGuid():N}";
        var hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartSiloAsync(cluster))); // all create the schema at once
        await Until.HoldsAsync(() => Task.FromResult(hosts.All(host => host.Services.GetRequiredService<Silo>().View.Silos.Length == hosts.Length)), "every silo sees all three");
        using var client = await StartClientAsync(cluster);
        var factory = client.Services.GetRequiredService<IClusterClient>();
        var grains = Enumerable.Range(0, 60).Select(i => factory.GetGrain<IAccountGrain>($"account {i}")).ToList();
        await Task.WhenAll(grains.Select((grain, i) => grain.Add(i)));
        var before = await Task.WhenAll(grains.Select(grain => grain.Silo()));
        Assert.Equal(3, before.Distinct().Count());
        var epochs = await Task.WhenAll(grains.Select(grain => grain.Epoch()));

        var victim = hosts[2].Services.GetRequiredService<Silo>();
        await victim.KillAsync();
        await ((IAsyncDisposable)hosts[2].Services.GetRequiredService<Nsn.Engine.Runtime.Cluster.IClusterJudge>()).DisposeAsync(); // its session ends as a killed process's would
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < grains.Count; i++)
        {
            var total = await RetryAsync(grains[i].Get, clock);
            Assert.Equal(i, total);
            if (before[i] == victim.Address.ToString())
                Assert.True(await grains[i].Epoch() > epochs[i], "A takeover must raise the epoch.");
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"The takeover took {clock.Elapsed}; it should need the grace, not the lease.");
        foreach (var host in hosts[..2])
            await host.StopAsync();
    }

    [Fact]
    public async Task A_stale_writer_loses()
    {
        var storage = new PostgreSqlGrainStorage("s", server.ConnectionString, "service", "cluster");
        var id = GrainId.Create("t", Guid.NewGuid().ToString("N"));
        var first = new GrainState<AccountState> { State = new AccountState { Total = 1 } };
        await storage.WriteStateAsync("x", id, first);
        var second = new GrainState<AccountState>();
        await storage.ReadStateAsync("x", id, second);
        second.State.Total = 2;
        await storage.WriteStateAsync("x", id, second);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("x", id, first));
        await storage.ClearStateAsync("x", id, second);
        var third = new GrainState<AccountState>();
        await storage.ReadStateAsync("x", id, third);
        Assert.False(third.RecordExists);
    }

    [Fact]
    public async Task States_keep_what_JSON_alone_would_lose()
    {
        var service = $"service {Guid.NewGuid():N}";
        var storage = new PostgreSqlGrainStorage("s", server.ConnectionString, service, "cluster");
        var (rich, plain) = (GrainId.Create("t", "rich"), GrainId.Create("t", "plain"));
        await storage.WriteStateAsync("x", rich, new GrainState<RichState> { State = new RichState { Secret = 7, Shapes = [new Circle { Name = "round", Radius = 3 }] } });
        await storage.WriteStateAsync("x", plain, new GrainState<PlainState> { State = new PlainState { Lines = { ["a"] = [new Point(1, 2)] } } });

        var read = new GrainState<RichState>();
        await storage.ReadStateAsync("x", rich, read);
        Assert.Equal(7, read.State.Secret);
        var circle = Assert.IsType<Circle>(Assert.Single(read.State.Shapes));
        Assert.Equal(("round", 3), (circle.Name, circle.Radius));
        var other = new GrainState<PlainState>();
        await storage.ReadStateAsync("x", plain, other);
        Assert.Equal(new Point(1, 2), Assert.Single(other.State.Lines["a"]));

        await using var database = Npgsql.NpgsqlDataSource.Create(server.ConnectionString);
        await using var ask = database.CreateCommand("select data #>> '{Lines,a,0,Y}' from nsn_engine.states where service_id = $1 and grain_id = 't/plain'");
        ask.Parameters.Add(new Npgsql.NpgsqlParameter<string> { TypedValue = service });
        Assert.Equal("2", await ask.ExecuteScalarAsync(TestContext.Current.CancellationToken)); // people and queries go on reading what JSON can keep
    }

    [Fact]
    public async Task States_that_were_stored_as_JSON_are_read_whatever_their_form_is_now()
    {
        var service = $"service {Guid.NewGuid():N}";
        var storage = new PostgreSqlGrainStorage("s", server.ConnectionString, service, "cluster");
        await storage.ReadStateAsync("x", GrainId.Create("t", "none"), new GrainState<RichState>()); // makes the tables
        await using var database = Npgsql.NpgsqlDataSource.Create(server.ConnectionString);
        await using var insert = database.CreateCommand("""insert into nsn_engine.states values ($1, 's', 'x', 't/old', '{"Shapes": [{"Name": "round"}], "Secret": 5}', 1, 1)""");
        insert.Parameters.Add(new Npgsql.NpgsqlParameter<string> { TypedValue = service });
        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var state = new GrainState<RichState>();
        await storage.ReadStateAsync("x", GrainId.Create("t", "old"), state);
        Assert.Equal(("round", 5), (Assert.Single(state.State.Shapes).Name, state.State.Secret));
        await storage.WriteStateAsync("x", GrainId.Create("t", "old"), state);
        var again = new GrainState<RichState>();
        await storage.ReadStateAsync("x", GrainId.Create("t", "old"), again);
        Assert.Equal(("round", 5), (Assert.Single(again.State.Shapes).Name, again.State.Secret));
    }

    [Fact]
    public async Task Grains_in_a_state_can_be_called_after_it_was_read_again()
    {
        using var host = await StartSiloAsync($"c{Guid.NewGuid():N}");
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var grain = factory.GetGrain<IRichGrain>("keeps");
        await grain.Keep(factory.GetGrain<IAccountGrain>("kept"));
        await grain.Leave();
        Assert.Equal(3, await grain.AddToAccount(3));
        Assert.Equal(3, await factory.GetGrain<IAccountGrain>("kept").Get());
        await host.StopAsync();
    }

    [Fact]
    public async Task States_that_are_read_at_the_same_time_are_not_mixed_up()
    {
        var storage = new PostgreSqlGrainStorage("s", server.ConnectionString, $"service {Guid.NewGuid():N}", "cluster");
        var ids = Enumerable.Range(0, 40).Select(i => GrainId.Create("t", $"{i}")).ToList();
        for (var i = 0; i < ids.Count; i += 2)
            await storage.WriteStateAsync("x", ids[i], new GrainState<AccountState> { State = new AccountState { Total = i } });
        var cleared = new GrainState<AccountState>();
        await storage.ReadStateAsync("x", ids[0], cleared);
        await storage.ClearStateAsync("x", ids[0], cleared);

        // Each twice: two activations of different silos may read the same.
        var states = await Task.WhenAll(ids.Concat(ids).Select(async id =>
        {
            var state = new GrainState<AccountState>();
            await storage.ReadStateAsync("x", id, state);
            return state;
        }));
        for (var i = 0; i < states.Length; i++)
        {
            var number = i % ids.Count;
            Assert.Equal(number % 2 == 0 && number > 0, states[i].RecordExists);
            Assert.Equal(number % 2 == 0, states[i].ETag is not null); // a cleared one keeps its place in the order of writes
            Assert.Equal(states[i].RecordExists ? number : null, states[i].State?.Total);
        }
    }

    [Fact]
    public async Task Who_notes_that_a_session_is_gone_is_told_when_its_silo_may_be_declared_dead()
    {
        var cluster = $"c{Guid.NewGuid():N}";
        var (staying, leaving) = (Judge(), Judge());
        var (survivor, victim) = (Info(1), Info(2));
        await staying.JoinAsync(survivor, TestContext.Current.CancellationToken);
        await leaving.JoinAsync(victim, TestContext.Current.CancellationToken);
        Assert.Null((await staying.RenewAsync(survivor, TestContext.Current.CancellationToken)).LookAgain);

        await leaving.DisposeAsync(); // as the session of a killed process ends
        LeaseRenewal noted = default;
        await Until.HoldsAsync(async () => (noted = await staying.RenewAsync(survivor, TestContext.Current.CancellationToken)).LookAgain is not null, "the end of the session is noted");
        Assert.InRange(noted.LookAgain!.Value, TimeSpan.Zero, PostgreSqlJudge.Grace);
        Assert.NotNull(noted.View.Find(victim.Address));
        LeaseRenewal declared = default;
        await Until.HoldsAsync(async () => (declared = await staying.RenewAsync(survivor, TestContext.Current.CancellationToken)).View.Find(victim.Address) is null, "the silo is declared dead");
        Assert.Null(declared.LookAgain);
        await staying.DisposeAsync();

        PostgreSqlJudge Judge() => new(
            Options.Create(new AdoNetClusteringSiloOptions { ConnectionString = server.ConnectionString }),
            Options.Create(new ClusterOptions { ClusterId = cluster }),
            NullLogger<PostgreSqlJudge>.Instance);

        static SiloInfo Info(int number) => new(
            SiloAddress.New(IPAddress.Loopback, 10_000 + number, 1), $"silo {number}", null, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, double>.Empty, SiloStatus.Active);
    }

    [Fact]
    public async Task Meters_tell_how_long_the_database_takes_for_a_lease_and_who_is_there()
    {
        var cluster = $"c{Guid.NewGuid():N}";
        using var host = await StartSiloAsync(cluster);
        using var other = await StartSiloAsync(cluster);
        using var figures = new Figures(host);
        await Until.HoldsAsync(() => Task.FromResult(figures.Read("nsn.engine.silos") == 2), "the meter counts both silos");
        await Until.HoldsAsync(() => Task.FromResult(figures.Read("nsn.engine.lease.renewal.duration") > 0), "a renewal has been measured");
        Assert.Equal(1, figures.Read("nsn.engine.lease.held"));
        Assert.Equal(0, figures.Read("nsn.engine.fences"));

        await other.StopAsync(TestContext.Current.CancellationToken);
        await Until.HoldsAsync(() => Task.FromResult(figures.Read("nsn.engine.silos") == 1), "the meter counts the silo that is left");
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, figures.Read("nsn.engine.lease.held"));
    }

    [Fact]
    public async Task Reminders_are_rows_and_tick()
    {
        using var host = await StartSiloAsync($"c{Guid.NewGuid():N}");
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IRemindedGrain>("r");
        await grain.Start();
        var clock = Stopwatch.StartNew();
        while (await grain.Ticks() < 2)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "The reminder did not tick twice within 60 s.");
            await Task.Delay(50);
        }

        await host.StopAsync();
    }

    [Fact]
    public async Task Durable_streams_repeat_what_failed_and_resume_from_a_token()
    {
        using var host = await StartSiloAsync($"c{Guid.NewGuid():N}");
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var stream = host.Services.GetRequiredKeyedService<IStreamProvider>("durable").GetStream<int>(StreamId.Create("numbers", "one"));
        var reader = factory.GetGrain<IReaderGrain>("live");
        await reader.Subscribe("one", null);
        for (var i = 1; i <= 5; i++)
            await stream.OnNextAsync(i);
        await Until.HoldsAsync(async () => (await reader.Items()).Count >= 5, "five items arrived");
        Assert.Equal([1, 2, 3, 4, 5], (await reader.Items()).Distinct().Order());

        var late = factory.GetGrain<IReaderGrain>("late");
        await late.Subscribe("one", 2);
        await Until.HoldsAsync(async () => (await late.Items()).Distinct().Count() == 4, "four items were read again");
        Assert.Equal([2, 3, 4, 5], (await late.Items()).Distinct().Order());
        await host.StopAsync();
    }

    private static async Task<T> RetryAsync<T>(Func<Task<T>> call, Stopwatch clock)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception exception) when (exception is SiloUnavailableException or OrleansMessageRejectionException && clock.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(50);
            }
        }
    }

    private async Task<IHost> StartSiloAsync(string cluster)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMetrics();
        builder.UseOrleans(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), 0);
            silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = cluster);
            silo.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100));
            silo.UseAdoNetClustering(options => options.ConnectionString = server.ConnectionString);
            silo.AddAdoNetGrainStorage("pg", options => options.ConnectionString = server.ConnectionString);
            silo.AddPostgreSqlStreams("durable", options => options.ConnectionString = server.ConnectionString);
            silo.UseAdoNetReminderService(options => options.ConnectionString = server.ConnectionString);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task<IHost> StartClientAsync(string cluster)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => options.ClusterId = cluster);
            client.UseAdoNetClustering(options => options.ConnectionString = server.ConnectionString);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
