using Nsn.Vortex.Media;
using Nsn.Vortex.Verification;

namespace Nsn.Vortex.Pipeline;

/// <summary>Frames and sound that a verifier made again.</summary>
internal sealed record ClipReference(IReadOnlyList<(int Index, byte[] I420)> Frames, float[] Samples)
{
    /// <summary>How far a published clip is from them.</summary>
    public RegenerationReport Compare(DecodedClip clip)
    {
        var distances = new double[Frames.Count];
        double published = 0, made = 0;
        for (var i = 0; i < distances.Length; i++)
        {
            var (index, frame) = Frames[i];
            distances[i] = FrameDistance.Between(clip.Frames[index], frame, clip.Width, clip.Height);
            published += FrameDistance.Detail(clip.Frames[index], clip.Width, clip.Height);
            made += FrameDistance.Detail(frame, clip.Width, clip.Height);
        }

        return new RegenerationReport(
            [.. Frames.Select(frame => frame.Index)], distances, made == 0 ? 1 : published / made, SoundDistance.Between(clip.Samples, Samples));
    }
}
