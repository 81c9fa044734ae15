namespace Nsn.Content;

/// <summary>
/// Keeps published bytes under their SHA-256. What is stored never changes, so everything may be repeated and cached. A reader checks the
/// hash of what it gets: the store is not trusted.
/// </summary>
public interface IContentStore
{
    /// <summary>Stores bytes; storing the same again is fine.</summary>
    /// <returns>Their SHA-256, 32 bytes.</returns>
    /// <exception cref="ContentStoreException">The store cannot be reached or refuses; worth another try.</exception>
    Task<byte[]> PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);

    /// <summary>
    /// The bytes with that hash, or null when the store does not have them or what it has does not hash to it.
    /// </summary>
    /// <param name="sha256">32 bytes.</param>
    /// <param name="lengthMax">Longest answer in bytes; anything longer counts as absent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ContentStoreException">The store cannot be reached; worth another try.</exception>
    Task<byte[]?> GetAsync(ReadOnlyMemory<byte> sha256, int lengthMax, CancellationToken cancellationToken = default);

    /// <summary>Whether the store answers.</summary>
    Task<bool> PingAsync(CancellationToken cancellationToken = default);
}
