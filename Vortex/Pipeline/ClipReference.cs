using Nsn.Vortex.Media;
using Nsn.Vortex.Verification;

namespace Nsn.Vortex.Pipeline;

/// <summary>Frames and sound that a verifier made again, and the scene to make more of them.</summary>
internal sealed record ClipReference(IReadOnlyList<(int Index, byte[] I420)> Frames, float[] Samples, IClipScene Scene)
{
    /// <summary>How far a published clip is from them.</summary>
    public async Task<RegenerationReport> CompareAsync(DecodedClip clip, CancellationToken cancellationToken)
    {
        var made = Frames.ToList();
        int[] more = [.. Suspects(clip)];
        if (more.Length > 0)
        {
            await foreach (var frame in Scene.RenderAsync(more, cancellationToken).ConfigureAwait(false))
                made.Add((more[made.Count - Frames.Count], frame));
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
    }

    // A sample can miss the part of a clip that was replaced. Two more frames are chosen when the clip is there: the one in the middle of the
    // longest stretch without a sampled one, and the one that resembles none of the made ones, which a foreign picture does least.
    private IEnumerable<int> Suspects(DecodedClip clip)
    {
        if (Frames.Count >= clip.Frames.Count)
            yield break;
        var sampled = Frames.Select(frame => frame.Index).Order().ToArray();
        var gap = sampled.Prepend(-1).Zip(sampled.Append(clip.Frames.Count)).MaxBy(pair => pair.Second - pair.First);
        var middle = (gap.First + gap.Second) / 2;
        if (!sampled.Contains(middle))
            yield return middle;

        var made = Frames.Select(frame => FrameDistance.Means(frame.I420, clip.Width, clip.Height)).ToArray();
        var (stranger, farthest) = (-1, -1.0);
        for (var i = 0; i < clip.Frames.Count; i++)
        {
            if (i == middle || sampled.Contains(i))
                continue;
            var means = FrameDistance.Means(clip.Frames[i], clip.Width, clip.Height);
            var nearest = made.Min(known => FrameDistance.Between(known, means).Area);
            if (nearest > farthest)
                (stranger, farthest) = (i, nearest);
        }

        if (stranger >= 0)
            yield return stranger;
    }
}
