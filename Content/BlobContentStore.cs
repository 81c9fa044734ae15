using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Nsn.Content;

/// <summary>Content in Azure Blob Storage (or Azurite): one block blob per hash in the container "chunks", spread over 256 prefixes.</summary>
public sealed class BlobContentStore : IContentStore
{
    private const string ContainerName = "chunks";
    private readonly BlobContainerClient _container;
    private volatile bool _created;

    /// <summary>Opens the store; nothing is sent yet.</summary>
    /// <param name="connectionString">A storage connection string.</param>
    public BlobContentStore(string connectionString)
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2024_11_04);
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 3;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        _container = new BlobContainerClient(connectionString, ContainerName, options);
    }

    /// <inheritdoc/>
    public async Task<byte[]> PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        var hash = SHA256.HashData(bytes.Span);
        try
        {
            await EnsureContainerAsync(cancellationToken);
            await Blob(hash).UploadAsync(
                new BinaryData(bytes),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancellationToken);
        }
        catch (RequestFailedException conflict) when (conflict.Status is 409 or 412)
        {
            // Somebody stored the same bytes before.
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or IOException)
        {
            throw new ContentStoreException($"The content store did not take {bytes.Length} bytes: {failure.Message}", failure);
        }

        return hash;
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(ReadOnlyMemory<byte> sha256, int lengthMax, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = (await Blob(sha256.Span).DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
            if (answer.Details.ContentLength > lengthMax)
                return null;
            var bytes = new byte[answer.Details.ContentLength];
            await answer.Content.ReadExactlyAsync(bytes, cancellationToken);
            return SHA256.HashData(bytes).AsSpan().SequenceEqual(sha256.Span) ? bytes : null;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or IOException)
        {
            throw new ContentStoreException($"The content store did not answer: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> PingAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await EnsureContainerAsync(cancellationToken);
            return await _container.ExistsAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or IOException)
        {
            return false;
        }
    }

    private BlobClient Blob(ReadOnlySpan<byte> hash)
    {
        var name = Convert.ToHexStringLower(hash);
        return _container.GetBlobClient($"{name[..2]}/{name}");
    }

    private async Task EnsureContainerAsync(CancellationToken cancellationToken)
    {
        if (_created)
            return;
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        _created = true;
    }
}
