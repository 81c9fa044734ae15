using Nsn.Vortex.Media;
using Nsn.Vortex.Verification;

namespace Nsn.Vortex.Pipeline;

/// <summary>Frames and sound that a verifier made again, and the scene to make more of them.</summary>
internal sealed record ClipReference(IReadOnlyList<(int Index, byte[] I420)> Frames, float[] Samples, IClipScene Scene)
{
    private const int StrangerCount = 2;

    /// <summary>How far a published clip is from them.</summary>
    public async Task<RegenerationReport> CompareAsync(DecodedClip clip, CancellationToken cancellationToken)
    {
        var made = Frames.ToList();
        if (MiddleOfGap(clip.Frames.Count) is { } middle)
        {
            await MakeAsync([middle]).ConfigureAwait(false);
            await MakeAsync(Strangers(clip, made)).ConfigureAwait(false);
        }

        var distances = new double[made.Count];
        double spot = 0, texture = 0, sharpness = double.PositiveInfinity;
        for (var i = 0; i < distances.Length; i++)
        {
            var (index, frame) = made[i];
            var published = clip.Frames[index];
            var (area, worst) = FrameDistance.Between(
                FrameDistance.Means(published, clip.Width, clip.Height), FrameDistance.Means(frame, clip.Width, clip.Height));
            distances[i] = area;
            spot = Math.Max(spot, worst);
            texture = Math.Max(texture, FrameDistance.Texture(published, frame, clip.Width, clip.Height));
            var detail = FrameDistance.Detail(frame, clip.Width, clip.Height);
            sharpness = Math.Min(sharpness, detail == 0 ? 1 : FrameDistance.Detail(published, clip.Width, clip.Height) / detail);
        }

        var (distance, added) = SoundDistance.Compare(clip.Samples, Samples);
        return new RegenerationReport([.. made.Select(frame => frame.Index)], distances, sharpness, distance)
        {
            Spot = spot,
            Texture = texture,
            AddedSound = added,
            SoundShift = SoundAlignment.Shift(clip.Samples, Samples),
        };

        async Task MakeAsync(List<int> more)
        {
            if (more.Count == 0)
                return;
            var next = 0;
            await foreach (var frame in Scene.RenderAsync(more, cancellationToken).ConfigureAwait(false))
                made.Add((more[next++], frame));
        }
    }

    // A sample can miss the part of a clip that was replaced, so more frames are chosen when the clip is there: first the one in the middle of the
    // longest stretch without a sampled one. Null when all are sampled.
    private int? MiddleOfGap(int count)
    {
        var sampled = Frames.Select(frame => frame.Index).Order().ToArray();
        var (before, after) = sampled.Prepend(-1).Zip(sampled.Append(count)).MaxBy(pair => pair.Second - pair.First);
        return after - before > 1 ? (before + after) / 2 : null;
    }

    // Then the two that are least like any of the made ones and each other, as foreign pictures are, and the honest clip's own extremes.
    private static List<int> Strangers(DecodedClip clip, List<(int Index, byte[] I420)> made)
    {
        float[] Means(byte[] frame) => FrameDistance.Means(frame, clip.Width, clip.Height);
        var frames = clip.Frames.Select(Means).ToArray();
        var nearest = new double[frames.Length];
        Array.Fill(nearest, double.PositiveInfinity);
        foreach (var (index, frame) in made)
        {
            Approach(Means(frame));
            nearest[index] = 0;
        }

        var chosen = new List<int>();
        while (chosen.Count < StrangerCount)
        {
            var farthest = Array.IndexOf(nearest, nearest.Max());
            if (nearest[farthest] == 0)
                break;
            chosen.Add(farthest);
            Approach(frames[farthest]);
        }

        return chosen;

        void Approach(float[] known)
        {
            for (var i = 0; i < frames.Length; i++)
            {
                if (nearest[i] > 0)
                    nearest[i] = Math.Min(nearest[i], FrameDistance.Between(known, frames[i]).Area);
            }
        }
    }
}
