using Azure.Storage.Blobs;
using Npgsql;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Tests;

public class ServerTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task PostgreSQL_and_Azurite_serve()
    {
        Assert.NotNull(await QueryAsync("select version()"));
        await using Stream stored = await UploadAsync("first");
        Assert.Equal(5, stored.Length);
        Assert.All(servers.Application.Instances, i => Assert.True(i.Snapshot.State is ResourceState.Ready or ResourceState.Finished));
    }

    [Fact]
    public async Task PostgreSQL_does_not_take_a_wrong_password()
    {
        string wrong = servers.Database.Resource.GetConnectionString(servers.Application.Stack).Replace("Password=", "Password=x", StringComparison.Ordinal);
        await using var connection = new NpgsqlConnection(wrong);
        await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Killed_servers_come_back_with_their_data()
    {
        await QueryAsync("create table if not exists kept (value text); insert into kept values ('here')");
        await using (Stream _ = await UploadAsync("kept"))
        {
        }

        // Azurite writes its index every few seconds; what it has not written yet is gone with the process.
        string index = Path.Combine(servers.DataPath, "blobs", "__azurite_db_blob__.json");
        await Eventually.HoldsAsync(
            () => File.Exists(index) && File.ReadAllText(index).Contains("\"kept\"", StringComparison.Ordinal), "Azurite to write its index");
        foreach (string name in new[] { "postgres", "blobs" })
        {
            ResourceInstance instance = servers.Application.Find(name)!;
            int before = instance.Snapshot.ProcessId!.Value;
            System.Diagnostics.Process.GetProcessById(before).Kill();
            await Eventually.HoldsAsync(
                () => instance.Snapshot is { State: ResourceState.Ready, ProcessId: { } now, Restarts: >= 1 } && now != before, $"{name} to come back");
        }

        Assert.Equal("here", await QueryAsync("select value from kept limit 1"));
        var container = new BlobContainerClient(servers.Blobs.Resource.GetConnectionString(servers.Application.Stack), "tests");
        Assert.True((await container.GetBlobClient("kept").ExistsAsync(TestContext.Current.CancellationToken)).Value);
    }

    [Fact]
    public async Task A_stopped_server_stays_stopped_until_it_is_started()
    {
        ResourceInstance azurite = servers.Application.Find("blobs")!;
        int process = azurite.Snapshot.ProcessId!.Value;
        await azurite.StopAsync();
        Assert.Equal(ResourceState.Stopped, azurite.Snapshot.State);
        Assert.False(ProcessList.IsAlive(process));
        azurite.Start();
        await azurite.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(process, azurite.Snapshot.ProcessId);
    }

    [Fact]
    public void Secrets_are_readable_by_their_owner_only()
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(servers.DataPath, "postgres.password")));
    }

    private async Task<object?> QueryAsync(string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(servers.Database.Resource.GetConnectionString(servers.Application.Stack));
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private async Task<Stream> UploadAsync(string name)
    {
        var container = new BlobContainerClient(servers.Blobs.Resource.GetConnectionString(servers.Application.Stack), "tests");
        await container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromString("bytes"), overwrite: true, TestContext.Current.CancellationToken);
        return (await container.GetBlobClient(name).DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToStream();
    }
}
