using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Cluster;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql.Tests;

/// <summary>The judge's session serves one request at a time, whatever the silo does meanwhile.</summary>
[Collection(nameof(PostgreSqlCollection))]
public sealed class JudgeTests(PostgreSqlFixture server)
{
    private const int Rounds = 100;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_silo_leaves_while_its_lease_is_being_renewed()
    {
        var cluster = $"c{Guid.NewGuid():N}";
        for (var round = 1; round <= Rounds; round++)
        {
            var judge = Judge(cluster);
            var silo = Info(round);
            await judge.JoinAsync(silo, TestContext.Current.CancellationToken);
            var renewal = Task.Run(async () => await judge.RenewAsync(silo, CancellationToken.None));
            var leaving = Task.Run(async () => await judge.LeaveAsync(silo.Address, CancellationToken.None));
            await EndsAsync(leaving, $"leaving in round {round}");
            await EndsAsync(renewal, $"the renewal in round {round}");
            Assert.Null((await judge.ReadAsync(TestContext.Current.CancellationToken)).Find(silo.Address));
            await judge.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_silo_joins_anew_while_the_lease_of_its_incarnation_before_is_being_renewed()
    {
        var judge = Judge($"c{Guid.NewGuid():N}");
        await judge.JoinAsync(Info(1), TestContext.Current.CancellationToken);
        for (var incarnation = 1; incarnation <= Rounds; incarnation++)
        {
            var (before, after) = (Info(incarnation), Info(incarnation + 1));
            var renewal = Task.Run(async () => await judge.RenewAsync(before, CancellationToken.None));
            var joining = Task.Run(async () => await judge.JoinAsync(after, CancellationToken.None));
            await EndsAsync(joining, $"joining as incarnation {incarnation + 1}");
            await EndsAsync(renewal, $"the renewal of incarnation {incarnation}");
            Assert.True((await judge.RenewAsync(after, TestContext.Current.CancellationToken)).Granted, $"Incarnation {incarnation + 1} has no lease.");
        }

        await judge.DisposeAsync();
    }

    private static async Task EndsAsync(Task task, string what)
    {
        try
        {
            await task.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Within {s_limit} this did not end: {what}.");
        }
    }

    private PostgreSqlJudge Judge(string cluster) => new(
        Options.Create(new AdoNetClusteringSiloOptions { ConnectionString = server.ConnectionString }),
        Options.Create(new ClusterOptions { ClusterId = cluster }),
        NullLogger<PostgreSqlJudge>.Instance);

    private static SiloInfo Info(int generation) => new(
        SiloAddress.New(IPAddress.Loopback, 10_001, generation), "silo", null, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, double>.Empty, SiloStatus.Active);
}
