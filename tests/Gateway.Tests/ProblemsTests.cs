using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Nsn.Content;
using Nsn.Gateway.Endpoints;
using Orleans.Runtime;

namespace Nsn.Gateway.Tests;

public class ProblemsTests
{
    public static TheoryData<Exception, int> Failures => new()
    {
        { new BadHttpRequestException("no JSON", 400), 400 },
        { new TimeoutException(), 503 },
        { new OrleansException("no silo"), 503 },
        { new NpgsqlException("the database restarts"), 503 },
        { new SocketException(), 503 },
        { new TaskCanceledException("the silo lost its lease while the grain was activated"), 503 },
        { new ObjectDisposedException("connection"), 503 },
        { new ContentStoreException("the store restarts"), 503 },
        { new AggregateException(new InvalidOperationException("outer", new NpgsqlException())), 503 },
        { new InvalidOperationException("a bug"), 500 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void An_outage_is_told_from_a_mistake_and_from_a_bug(Exception failure, int status) => Assert.Equal(status, Problems.StatusOf(failure));
}
