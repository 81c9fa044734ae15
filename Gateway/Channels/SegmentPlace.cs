using Nsn.Protocol.Chunks;

namespace Nsn.Gateway.Channels;

/// <summary>A segment of a slot's content.</summary>
/// <param name="FirstLeaf">Index of its first chunk.</param>
/// <param name="StartMilliseconds">Start within the clip.</param>
/// <param name="DurationMilliseconds">Length.</param>
/// <param name="Kind">Container and codecs.</param>
/// <param name="Bytes">The whole segment.</param>
internal sealed record SegmentPlace(int FirstLeaf, uint StartMilliseconds, uint DurationMilliseconds, ChunkKind Kind, ReadOnlyMemory<byte> Bytes);
