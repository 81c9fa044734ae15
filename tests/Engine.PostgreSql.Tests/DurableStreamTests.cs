using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Nsn.Engine.PostgreSql.Streams;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Nsn.Engine.PostgreSql.Tests;

public interface IFollowerGrain : IGrainWithStringKey
{
    Task<List<int>> Items();
    Task Rewind(long from);
    Task Leave();
}

/// <summary>Subscribed to a namespace; each activation of the one called so begins with the second item.</summary>
[ImplicitStreamSubscription("followed")]
public sealed class FollowerGrain : Grain, IFollowerGrain, IStreamSubscriptionObserver
{
    private readonly List<int> _items = [];

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<int>().ResumeAsync(TakeAsync, this.GetPrimaryKeyString() == "from two" ? new EventSequenceToken(2) : null!);

    public Task<List<int>> Items() => Task.FromResult(_items);

    public async Task Rewind(long from)
    {
        var stream = this.GetStreamProvider("durable").GetStream<int>(StreamId.Create("followed", this.GetPrimaryKeyString()));
        await (await stream.GetAllSubscriptionHandles()).Single().ResumeAsync(TakeAsync, new EventSequenceToken(from));
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Task TakeAsync(int item, StreamSequenceToken token)
    {
        _items.Add(item);
        return Task.CompletedTask;
    }
}

[Collection(nameof(PostgreSqlCollection))]
public sealed class DurableStreamTests(PostgreSqlFixture server)
{
    private readonly string _cluster = $"c{Guid.NewGuid():N}";

    [Fact]
    public async Task An_implicit_subscriber_gets_its_items_though_the_first_attempt_to_subscribe_it_failed()
    {
        using var host = await StartSiloAsync();
        var stream = StreamOf(host, "followed", "hindered");
        await ExecuteAsync("alter table nsn_engine.stream_cursors add constraint hindrance check (stream not like '%hindered') not valid");
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => stream.OnNextAsync(1));
        }
        finally
        {
            await ExecuteAsync("alter table nsn_engine.stream_cursors drop constraint hindrance");
        }

        await Task.WhenAll(stream.OnNextAsync(2), stream.OnNextAsync(3));
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IFollowerGrain>("hindered");
        await Until.HoldsAsync(async () => (await grain.Items()).Order().SequenceEqual([2, 3]), "both items arrive");
        await host.StopAsync();
    }

    [Fact]
    public async Task An_implicit_subscriber_resumes_from_a_token()
    {
        using var host = await StartSiloAsync();
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var (plain, fromTwo) = (factory.GetGrain<IFollowerGrain>("plain"), factory.GetGrain<IFollowerGrain>("from two"));
        for (var i = 1; i <= 3; i++)
        {
            await StreamOf(host, "followed", "plain").OnNextAsync(i);
            await StreamOf(host, "followed", "from two").OnNextAsync(i);
        }

        await Until.HoldsAsync(async () => (await plain.Items()).SequenceEqual([1, 2, 3]), "all items arrive");
        await Until.HoldsAsync(async () => (await fromTwo.Items()).SequenceEqual([2, 3]), "the items from the second on arrive");
        await plain.Rewind(2);
        await Until.HoldsAsync(async () => (await plain.Items()).SequenceEqual([1, 2, 3, 2, 3]), "the items from the second on arrive again");
        await fromTwo.Leave();
        await StreamOf(host, "followed", "from two").OnNextAsync(4);
        await Until.HoldsAsync(async () => (await fromTwo.Items()).SequenceEqual([2, 3, 4]), "the next activation gets the items from the second on, in order");
        await host.StopAsync();
    }

    [Fact]
    public async Task The_subscription_of_a_client_that_does_not_come_back_ends()
    {
        using var host = await StartSiloAsync(options => options.AbsenceMax = TimeSpan.FromMilliseconds(500));
        var received = new ConcurrentQueue<int>();
        using (var client = await StartClientAsync())
        {
            await StreamOf(client, "numbers", "heard").SubscribeAsync((item, _) =>
            {
                received.Enqueue(item);
                return Task.CompletedTask;
            });
            await StreamOf(host, "numbers", "heard").OnNextAsync(1);
            await Until.HoldsAsync(() => Task.FromResult(received.Contains(1)), "the client gets an item");
            Assert.Equal(1, await CountAsync("stream_cursors"));
            await client.StopAsync();
        }

        await StreamOf(host, "numbers", "heard").OnNextAsync(2);
        await Until.HoldsAsync(async () => await CountAsync("stream_cursors") == 0, "the subscription ends");
        await host.StopAsync();
    }

    [Fact]
    public async Task Old_items_go_also_where_few_are_written_and_numbers_go_on()
    {
        using (var first = await StartSiloAsync())
        {
            for (var i = 1; i <= 3; i++)
                await StreamOf(first, "numbers", "few").OnNextAsync(i);
            await first.StopAsync();
        }

        Assert.Equal(3, await CountAsync("stream_items"));
        using var second = await StartSiloAsync(options => options.Retention = TimeSpan.Zero);
        await Until.HoldsAsync(async () => await CountAsync("stream_items") == 1, "all items but the last are gone");
        await StreamOf(second, "numbers", "few").OnNextAsync(4);
        Assert.Equal(4L, await ReadAsync("select max(number) from nsn_engine.stream_items where service_id = $1"));
        await second.StopAsync();
    }

    private static IAsyncStream<int> StreamOf(IHost host, string space, string key) =>
        host.Services.GetRequiredKeyedService<IStreamProvider>("durable").GetStream<int>(StreamId.Create(space, key));

    private async Task<long> CountAsync(string table) => (long)(await ReadAsync($"select count(*) from nsn_engine.{table} where service_id = $1"))!;

    private async Task<object?> ReadAsync(string query)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(query);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _cluster });
        return await command.ExecuteScalarAsync();
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<IHost> StartSiloAsync(Action<DurableStreamOptions>? configure = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.UseOrleans(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), 0);
            silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = _cluster);
            silo.UseAdoNetClustering(options => options.ConnectionString = server.ConnectionString);
            silo.AddPostgreSqlStreams("durable", options =>
            {
                options.ConnectionString = server.ConnectionString;
                configure?.Invoke(options);
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task<IHost> StartClientAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = _cluster);
            client.UseAdoNetClustering(options => options.ConnectionString = server.ConnectionString);
            client.AddPostgreSqlStreams("durable");
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
