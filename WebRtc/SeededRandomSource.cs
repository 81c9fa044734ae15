namespace Nsn.WebRtc;

/// <summary>A reproducible generator for simulations and tests. Never use it with a peer that is not a test.</summary>
/// <param name="seed">Equal seeds give equal bytes.</param>
public sealed class SeededRandomSource(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    /// <inheritdoc/>
    public void Fill(Span<byte> buffer) => _random.NextBytes(buffer);
}
