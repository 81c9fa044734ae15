using Microsoft.Extensions.Options;
using Npgsql;
using Nsn.Engine.Runtime.Silos;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql.Tests;

/// <summary>The tables and their versions, each test in a database of its own.</summary>
[Collection(nameof(PostgreSqlCollection))]
public sealed class SchemaTests(PostgreSqlFixture server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_of_the_time_before_versions_were_counted_keep_their_rows()
    {
        await using var database = await CreateAsync();
        await ExecuteAsync(database, $"create schema nsn_engine; create table nsn_engine.version (version int not null); {Schema.Steps[0]}");
        await ExecuteAsync(database, "insert into nsn_engine.clusters values ('old', 7)");
        await Schema.EnsureAsync(database, Schema.Steps, Cancellation);
        Assert.Equal(7L, await AskAsync(database, "select version from nsn_engine.clusters where cluster_id = 'old'"));
        Assert.Equal(Schema.Steps.Count, await AskAsync(database, "select version from nsn_engine.version"));
    }

    [Fact]
    public async Task Steps_are_made_once_and_in_order_however_many_silos_start()
    {
        await using var database = await CreateAsync();
        await Schema.EnsureAsync(database, Schema.Steps, Cancellation);
        string[] steps = [.. Schema.Steps, "create table nsn_engine.made (step int)", "insert into nsn_engine.made values (2)"]; // neither can be made twice unnoticed
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Schema.EnsureAsync(database, steps, Cancellation)));
        Assert.Equal(1L, await AskAsync(database, "select count(*) from nsn_engine.made"));
        Assert.Equal(steps.Length, await AskAsync(database, "select version from nsn_engine.version"));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_everything_as_it_was()
    {
        await using var database = await CreateAsync();
        await Schema.EnsureAsync(database, Schema.Steps, Cancellation);
        await Assert.ThrowsAsync<PostgresException>(() => Schema.EnsureAsync(database, [.. Schema.Steps, "create table nsn_engine.half (x int)", "no such statement"], Cancellation));
        Assert.Equal(Schema.Steps.Count, await AskAsync(database, "select version from nsn_engine.version"));
        Assert.Equal(0L, await AskAsync(database, "select count(*) from pg_tables where schemaname = 'nsn_engine' and tablename = 'half'"));
    }

    [Fact]
    public async Task A_schema_of_a_newer_program_is_left_alone()
    {
        await using var database = await CreateAsync();
        await Schema.EnsureAsync(database, [.. Schema.Steps, "create table nsn_engine.newer (x int)"], Cancellation);
        var gateways = new PostgreSqlGatewayList(Options.Create(new AdoNetClusteringClientOptions { ConnectionString = database.ConnectionString }), Options.Create(new ClusterOptions()));
        var failure = await Assert.ThrowsAsync<OrleansException>(async () => await gateways.GetGatewaysAsync(Cancellation));
        Assert.Contains($"version {Schema.Steps.Count + 1}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"up to {Schema.Steps.Count}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_have_gone_leave_no_rows()
    {
        await using var database = await CreateAsync();
        await Schema.EnsureAsync(database, Schema.Steps, Cancellation);
        var cluster = Options.Create(new ClusterOptions { ClusterId = "c" });
        var directory = new PostgreSqlGrainDirectory(Options.Create(new AdoNetClusteringSiloOptions { ConnectionString = database.ConnectionString }), cluster);
        var (living, dead) = (SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1), SiloAddress.New(System.Net.IPAddress.Loopback, 2, 1));
        await ExecuteAsync(database, string.Concat(new[] { living, dead }.Select(silo => $"""
            insert into nsn_engine.silos (cluster_id, address, name, metadata, figures, status, lock_key, lease_until)
            values ('c', '{silo.ToParsableString()}', '', jsonb_build_object(), jsonb_build_object(), 3, 1, now() + interval '1 hour');
            """)));
        var gone = await RegisterAsync(Silo.ClientId(SiloAddress.New(System.Net.IPAddress.Loopback, 0, -1)), living);
        await RegisterAsync(Silo.ClientId(SiloAddress.New(System.Net.IPAddress.Loopback, 0, -2)), dead);
        var there = await RegisterAsync(Silo.ClientId(SiloAddress.New(System.Net.IPAddress.Loopback, 0, -3)), living);
        var grain = await RegisterAsync(GrainId.Create("account", "1"), living);

        await directory.UnregisterAsync(gone, Cancellation);
        await directory.UnregisterAsync(grain, Cancellation);
        await ExecuteAsync(database, $"update nsn_engine.silos set dead = true where address = '{dead.ToParsableString()}'");
        await using (var judge = new PostgreSqlJudge(Options.Create(new AdoNetClusteringSiloOptions { ConnectionString = database.ConnectionString }), cluster, Microsoft.Extensions.Logging.Abstractions.NullLogger<PostgreSqlJudge>.Instance))
        {
            var joins = new Runtime.Cluster.SiloInfo(SiloAddress.New(System.Net.IPAddress.Loopback, 3, 1), "joins", null, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, System.Collections.Immutable.ImmutableDictionary<string, double>.Empty, SiloStatus.Active);
            await judge.JoinAsync(joins, Cancellation);
        }

        Assert.Equal($"{grain.GrainId} {there.GrainId}", await AskAsync(database, "select string_agg(grain_id, ' ' order by grain_id) from nsn_engine.grains")); // a grain's outlives it: its epoch only grows
        Assert.Equal(living, (await directory.LookupAsync(there.GrainId, Cancellation))!.SiloAddress);

        async Task<GrainAddress> RegisterAsync(GrainId id, SiloAddress silo) =>
            await directory.RegisterAsync(new GrainAddress { GrainId = id, SiloAddress = silo, ActivationId = ActivationId.NewId() }, Cancellation);
    }

    private async Task<NpgsqlDataSource> CreateAsync()
    {
        var name = $"d{Guid.NewGuid():N}";
        await using (var maintenance = NpgsqlDataSource.Create(server.ConnectionString))
            await ExecuteAsync(maintenance, $"create database {name}");
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, MaxPoolSize = 10 }.ConnectionString);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string statements)
    {
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await using var command = new NpgsqlCommand(statements, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<object?> AskAsync(NpgsqlDataSource database, string question)
    {
        await using var command = database.CreateCommand(question);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
