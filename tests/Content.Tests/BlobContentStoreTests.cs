using System.Security.Cryptography;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Resources;

namespace Nsn.Content.Tests;

/// <summary>The blob store against a real Azurite.</summary>
public sealed class BlobContentStoreTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-content-").FullName;
    private StackApplication _application = null!;
    private BlobContentStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        var stack = StackBuilder.Create($"--Data={_folder}");
        var blobs = stack.AddAzurite("blobs", port: 0);
        _application = stack.Build();
        _application.Start();
        await _application.WaitUntilReadyAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        _store = new BlobContentStore(blobs.Resource.GetConnectionString(_application.Stack));
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Bytes_are_kept_under_their_hash_and_absent_ones_are_null()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.True(await _store.PingAsync(cancellation));
        var bytes = RandomNumberGenerator.GetBytes(200_000);
        var hash = await _store.PutAsync(bytes, cancellation);
        Assert.Equal(SHA256.HashData(bytes), hash);
        Assert.Equal(hash, await _store.PutAsync(bytes, cancellation));
        Assert.Equal(bytes, await _store.GetAsync(hash, 262_144, cancellation));
        Assert.Null(await _store.GetAsync(hash, 1000, cancellation));
        Assert.Null(await _store.GetAsync(new byte[32], 262_144, cancellation));
    }
}
