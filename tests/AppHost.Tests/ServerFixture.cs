using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Resources;

namespace Nsn.AppHost.Tests;

/// <summary>A real PostgreSQL and a real Azurite on free ports, the way other rooms' tests start them.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private readonly DataFolder _data = new();

    public StackApplication Application { get; private set; } = null!;

    public ResourceBuilder<PostgresDatabaseResource> Database { get; private set; } = null!;

    public ResourceBuilder<AzuriteResource> Blobs { get; private set; } = null!;

    public string DataPath => _data.Path;

    public async ValueTask InitializeAsync()
    {
        StackBuilder builder = StackBuilder.Create($"--Data={_data.Path}");
        Database = builder.AddPostgres("postgres", port: 0).AddDatabase("nsn");
        Blobs = builder.AddAzurite("blobs", port: 0);
        Application = builder.Build();
        Application.Start();
        await Application.WaitUntilReadyAsync(TimeSpan.FromMinutes(3));
    }

    public async ValueTask DisposeAsync()
    {
        await Application.DisposeAsync();
        _data.Dispose();
    }
}
