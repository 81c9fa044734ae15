using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;

namespace Nsn.AppHost.Resources;

/// <summary>A database on a server; ready when it exists, which the server's health check sees to.</summary>
public sealed class PostgresDatabaseResource(string name, PostgresResource server) : Resource(name), IConnectionStringSource
{
    /// <inheritdoc />
    public override string Kind => "database";

    /// <inheritdoc />
    public override bool RunsToCompletion => true;

    /// <inheritdoc />
    public string ConnectionName => Name;

    /// <inheritdoc />
    public string GetConnectionString(Stack stack) => server.GetConnectionString(stack, Name);

    /// <inheritdoc />
    protected internal override LaunchPlan? CreateLaunchPlan(ResourceContext context) => null;
}
