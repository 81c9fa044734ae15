namespace Nsn.Vortex;

/// <summary>Wall-clock time by stage. Stages overlap, so they may add up to more than <see cref="Total"/>.</summary>
/// <param name="Voice">Speech, loudness and music.</param>
/// <param name="Actor">Prompt to latent code and the layers that are painted once a clip.</param>
/// <param name="Animation">Per-frame graphs and compositing.</param>
/// <param name="Encoding">Waiting for the encoder and muxing.</param>
/// <param name="Verification">Decoding and embedding the encoded clip.</param>
/// <param name="Total">From request to result.</param>
public sealed record StageTimes(
    TimeSpan Voice, TimeSpan Actor, TimeSpan Animation, TimeSpan Encoding, TimeSpan Verification, TimeSpan Total);
