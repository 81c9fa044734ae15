namespace Nsn.Vortex;

/// <summary>Judges a clip from its bytes alone, as a director does before it votes.</summary>
public interface IClipVerifier
{
    /// <summary>
    /// Decodes the segments, embeds what is seen, scores it against the prompt, checks that picture and sound are sound, regenerates the frames
    /// that <paramref name="options"/> ask for, and gives a verdict. Bad bytes are a rejection, never an exception.
    /// </summary>
    /// <param name="segments">The segments' WebM bytes in order, as published.</param>
    /// <param name="request">What the clip was to be made from.</param>
    /// <param name="options">How much to regenerate.</param>
    /// <param name="cancellationToken">Stops the work; the caller does not wait for a model call under way.</param>
    /// <exception cref="ClipException">The verifier itself cannot work (no <c>ffmpeg</c>, broken pack, the deadline of the pipeline passed), so no verdict exists.</exception>
    Task<VerificationReport> VerifyAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> segments, ClipRequest request, VerificationOptions options, CancellationToken cancellationToken = default);
}
