namespace Nsn.Vortex;

/// <summary>One second of the clip as a stand-alone WebM file (EBML header, tracks, one cluster) whose timestamps are those of the clip.</summary>
/// <param name="Index">Number of the segment from 0.</param>
/// <param name="Start">Start within the clip.</param>
/// <param name="Duration">Length; one second.</param>
/// <param name="Bytes">The WebM bytes; they belong to the receiver.</param>
public sealed record ClipSegment(int Index, TimeSpan Start, TimeSpan Duration, ReadOnlyMemory<byte> Bytes) : ClipOutput;
