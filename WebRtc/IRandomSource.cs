namespace Nsn.WebRtc;

/// <summary>Where random bytes come from: the system's generator in production, a seeded one in simulations.</summary>
public interface IRandomSource
{
    /// <summary>Fills a buffer.</summary>
    void Fill(Span<byte> buffer);
}
