using Nsn.Engine.Soak;

namespace Nsn.Engine.PostgreSql.Tests;

/// <summary>A server of its own for the tests.</summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    private readonly PostgreSqlServer _server = new();

    public string ConnectionString => _server.ConnectionString;
    public PostgreSqlServer Server => _server;

    public async ValueTask InitializeAsync() => await _server.InitializeAsync();
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

[CollectionDefinition(nameof(PostgreSqlCollection))]
public sealed class PostgreSqlCollection : ICollectionFixture<PostgreSqlFixture>;
