namespace Nsn.Protocol.Chunks;

/// <summary>A whole segment whose every chunk was verified against the content root.</summary>
/// <param name="Index">Its place in the clip.</param>
/// <param name="Kind">What it is.</param>
/// <param name="StartMilliseconds">When it starts, in milliseconds after the start of the clip.</param>
/// <param name="DurationMilliseconds">How long it lasts, in milliseconds.</param>
/// <param name="Bytes">The segment.</param>
public sealed record VerifiedSegment(uint Index, ChunkKind Kind, uint StartMilliseconds, uint DurationMilliseconds, ReadOnlyMemory<byte> Bytes);
