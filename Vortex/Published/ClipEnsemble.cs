using System.Numerics.Tensors;
using System.Text;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Published;

/// <summary>
/// OpenAI's CLIP ViT-B/32 and ViT-L/14 as the two towers (A10 of the facts): scores weighted 0.4 and 0.6, calibrated as 2.5 x max(cosine, 0);
/// the embedding comes from B/32 alone: mean of picture and text features, normalised.
/// </summary>
/// <remarks>
/// Graphs as exported from Hugging Face's <c>CLIPVisionModelWithProjection</c> and <c>CLIPTextModelWithProjection</c>:
/// <c>b32_image</c>, <c>l14_image</c>: <c>pixel_values</c> float32 [n,3,224,224] to <c>image_embeds</c> [n,512] or [n,768];
/// <c>b32_text</c>, <c>l14_text</c>: <c>input_ids</c> int64 [n,77] to <c>text_embeds</c>. Files: <c>vocab</c> and <c>merges</c>.
/// </remarks>
internal sealed class ClipEnsemble : IFrameEmbedder
{
    public const string Kind = "clip-ensemble";

    private const int ImageBatch = 4;
    private const double WeightB = .4, WeightL = .6;
    private const double Calibration = 2.5;
    private const double MinimumB = .70, MinimumL = .72, Gap = .15; // of the calibrated scores

    private readonly Graph _imageB;
    private readonly Graph _imageL;
    private readonly Graph _textB;
    private readonly Graph _textL;
    private readonly ClipTokenizer _tokenizer;
    private readonly ScoreRule _rule;

    public ClipEnsemble(InferenceDevice device, ModelPack pack)
    {
        _tokenizer = new ClipTokenizer(pack.Content("vocab").Span, Encoding.UTF8.GetString(pack.Content("merges").Span));
        try
        {
            _imageB = new Graph(device, pack, "b32_image", ImageBatch);
            _imageL = new Graph(device, pack, "l14_image", ImageBatch);
            _textB = new Graph(device, pack, "b32_text", 1);
            _textL = new Graph(device, pack, "l14_text", 1);
            if (_imageB.OutputRowLength(0) != Embeddings.Length || _textB.OutputRowLength(0) != Embeddings.Length || _imageL.OutputRowLength(0) != _textL.OutputRowLength(0))
                throw new ClipException(ClipError.Pack, "The graphs are not those of CLIP ViT-B/32 (512 values) and ViT-L/14 (768 values).");
        }
        catch
        {
            Dispose();
            throw;
        }

        _rule = new ScoreRule(
            WeightB,
            WeightL,
            pack.Manifest.Threshold("tower_a", MinimumB),
            pack.Manifest.Threshold("tower_b", MinimumL),
            pack.Manifest.Threshold("ensemble", -1),
            pack.Manifest.Threshold("outlier_gap", Gap));
    }

    public float[] Prepare(ReadOnlySpan<byte> i420, int width, int height) => ClipImage.Prepare(i420, width, height);

    public async Task<(float[] Embedding, TowerScores Scores)> EmbedAsync(
        IReadOnlyList<float[]> frames, string prompt, CancellationToken cancellationToken)
    {
        var pixels = frames.SelectMany(frame => frame).ToArray();
        var ids = _tokenizer.Encode(prompt);
        var imageB = _imageB.RunAsync([pixels], frames.Count, cancellationToken);
        var imageL = _imageL.RunAsync([pixels], frames.Count, cancellationToken);
        var textB = _textB.RunAsync([ids], 1, cancellationToken);
        var textL = _textL.RunAsync([ids], 1, cancellationToken);
        var seenB = (float[])(await imageB.ConfigureAwait(false))[0];
        var readB = (float[])(await textB.ConfigureAwait(false))[0];
        var seenL = (float[])(await imageL.ConfigureAwait(false))[0];
        var readL = (float[])(await textL.ConfigureAwait(false))[0];
        var scores = _rule.Score(Score(seenB, readB, frames.Count), Score(seenL, readL, frames.Count));

        var embedding = Embeddings.Mean(seenB, frames.Count);
        TensorPrimitives.Add(embedding, readB, embedding);
        Embeddings.Scale(embedding, 1, embedding);
        return (embedding, scores);
    }

    public void Dispose()
    {
        foreach (var graph in new[] { _imageB, _imageL, _textB, _textL })
            graph?.Dispose(); // null when the ones before did not open
    }

    // Features of each frame normalised, then averaged, not normalised again.
    private static double Score(float[] images, float[] text, int count)
    {
        var length = text.Length;
        var unit = new float[images.Length];
        for (var i = 0; i < count; i++)
            Embeddings.Scale(images.AsSpan(i * length, length), 1, unit.AsSpan(i * length, length));
        var mean = Embeddings.Mean(unit, count);
        var reference = new float[length];
        Embeddings.Scale(text, 1, reference);
        return Math.Clamp(Calibration * Math.Max(0, Embeddings.Dot(mean, reference)), 0, 1);
    }
}
