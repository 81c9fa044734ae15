using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Pipeline;

/// <summary>Draws clips: what a kind of pack implements.</summary>
internal interface IClipModel : IDisposable
{
    /// <summary>Frames can be drawn one by one, so that a verifier can spot-check.</summary>
    bool CanRegenerate { get; }

    /// <summary>Does what is needed once a clip: reads the prompt, paints what does not move, plans the movement.</summary>
    Task<IClipScene> PrepareAsync(ClipRequest request, SoundTrack sound, CancellationToken cancellationToken);
}
