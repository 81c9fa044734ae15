namespace Nsn.Vortex;

/// <summary>Makes clips with one model pack on one device. Safe for concurrent use; requests share batches.</summary>
public interface IClipPipeline : IAsyncDisposable
{
    /// <summary>SHA-256 of the pack (32 bytes), part of every vote and proof.</summary>
    ReadOnlyMemory<byte> PackHash { get; }

    /// <summary>Name and version of the pack, for example <c>toon 1.0.0</c>.</summary>
    string PackName { get; }

    /// <summary>
    /// Makes a clip. Segments come out while later ones are computed; the <see cref="ClipResult"/> is last. Cancelling stops the work and the
    /// child processes; the caller never waits for a model call that is under way.
    /// </summary>
    /// <exception cref="ClipException">The clip failed; see <see cref="ClipException.Error"/>.</exception>
    IAsyncEnumerable<ClipOutput> GenerateAsync(ClipRequest request, CancellationToken cancellationToken = default);
}
