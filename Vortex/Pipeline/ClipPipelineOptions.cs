using Nsn.Vortex.Media;

namespace Nsn.Vortex.Pipeline;

/// <summary>How a pipeline works.</summary>
public sealed record ClipPipelineOptions
{
    /// <summary>Folder of the model pack.</summary>
    public required string PackFolder { get; init; }

    /// <summary>Folder of a pack whose towers verify instead of the pack's own, for example one of kind <c>clip-ensemble</c>; null for none.</summary>
    public string? TowersPackFolder { get; init; }

    /// <summary>Folder of a pack of kind <c>kokoro</c> that speaks instead of <c>espeak-ng</c>; null for none.</summary>
    public string? VoicePackFolder { get; init; }

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>webgpu</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Processor threads of a graph run; 0 takes all cores.</summary>
    public int Threads { get; init; }

    /// <summary>The <c>ffmpeg</c> program.</summary>
    public string FfmpegPath { get; init; } = "ffmpeg";

    /// <summary>How clips are encoded.</summary>
    public EncoderOptions Encoder { get; init; } = new();

    /// <summary>A clip that takes longer, to be made or to be judged, fails with <see cref="ClipError.DeadlineExceeded"/>.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Memory of the device that packs may take, in bytes.</summary>
    public long VramBudgetBytes { get; init; } = 4L << 30;
}
