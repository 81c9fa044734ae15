using Microsoft.Extensions.DependencyInjection;

namespace Nsn.Content;

/// <summary>Wires a content store.</summary>
public static class ContentServices
{
    /// <summary>
    /// Adds the <see cref="IContentStore"/> that a connection string names: Azure Blob Storage, or with the word <c>memory</c> one that
    /// lives in this process.
    /// </summary>
    /// <exception cref="ArgumentException">There is no connection string.</exception>
    public static IServiceCollection AddContentStore(this IServiceCollection services, string? connectionString) => Add(services, connectionString)
        .AddSingleton<PublishedClip>();

    private static IServiceCollection Add(IServiceCollection services, string? connectionString) => connectionString switch
    {
        null or "" => throw new ArgumentException(
            "No content store is configured: set ConnectionStrings__blobs to an Azure Storage connection string (AppHost does this for Azurite).",
            nameof(connectionString)),
        "memory" => services.AddSingleton<IContentStore, MemoryContentStore>(),
        _ => services.AddSingleton<IContentStore>(_ => new BlobContentStore(connectionString)),
    };
}
