using System.Runtime.CompilerServices;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Toon;

/// <summary>A presenter in a place, painted but for the face.</summary>
internal sealed class ToonScene(ToonModel model, ClipRequest request, ToonAnimator animator, float[] code) : IClipScene
{
    public required ToonBitmap[] Ground { get; init; }

    public required ToonBitmap Back { get; init; }

    public required ToonBitmap Body { get; init; }

    public required ToonBitmap Head { get; init; }

    public required ToonBitmap Top { get; init; }

    /// <summary>The code that the scene was painted from.</summary>
    public float[] Code => code;

    public async IAsyncEnumerable<byte[]> RenderAsync(IReadOnlyList<int> frames, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var compositor = new ToonCompositor(request.Width, request.Height);
        var next = FacesAsync(frames, 0, cancellationToken);
        for (var from = 0; from < frames.Count; from += ToonModel.FaceBatch)
        {
            var faces = await next.ConfigureAwait(false);
            var count = Math.Min(ToonModel.FaceBatch, frames.Count - from);

            // The next faces are painted while these frames are composed and encoded.
            if (from + count < frames.Count)
                next = FacesAsync(frames, from + count, cancellationToken);
            var length = faces.Length / count;
            for (var i = 0; i < count; i++)
            {
                var controls = animator.At(frames[from + i]);
                var face = model.Bitmap("face", faces.AsSpan(i * length, length));
                var i420 = new byte[DecodedClip.I420Length(request.Width, request.Height)];
                compositor.Compose(
                    GroundAt(controls.Phase), [("back", Back), ("body", Body), ("head", Head), ("face", face), ("top", Top)], controls, i420);
                yield return i420;
            }
        }
    }

    private (ToonBitmap First, ToonBitmap Second, float Share) GroundAt(double phase)
    {
        var position = phase * Ground.Length;
        var first = (int)position % Ground.Length;
        return (Ground[first], Ground[(first + 1) % Ground.Length], (float)(position - Math.Floor(position)));
    }

    private Task<float[]> FacesAsync(IReadOnlyList<int> frames, int from, CancellationToken cancellationToken)
    {
        var count = Math.Min(ToonModel.FaceBatch, frames.Count - from);
        var names = model.Layout.FaceControls;
        var codes = new float[count * code.Length];
        var controls = new float[count * names.Count];
        for (var i = 0; i < count; i++)
        {
            var frame = frames[from + i];
            CodeAt(frame).CopyTo(codes, i * code.Length);
            var values = animator.At(frame);
            for (var c = 0; c < names.Count; c++)
                controls[(i * names.Count) + c] = (float)values[names[c]];
        }

        return model.PaintFacesAsync(codes, controls, count, cancellationToken);
    }

    private float[] CodeAt(int frame) => animator.Mood(frame) is { } mood
        ? model.Codes.With(model.Codes.With(code, "mood", mood.From, 1), "mood", mood.To, mood.Share)
        : code;
}
