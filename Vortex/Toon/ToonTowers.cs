using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Toon;

/// <summary>The two verification towers of a toon pack, each with 256 values; the embedding holds both, weighted, side by side.</summary>
internal sealed class ToonTowers : IFrameEmbedder
{
    private const int ImageBatch = 8;

    private readonly ToonLayout _layout;
    private readonly ToonText _text;
    private readonly Graph _imageA;
    private readonly Graph _imageB;
    private readonly Graph _textA;
    private readonly Graph _textB;
    private readonly ScoreRule _rule;
    private readonly ToonCaptions _captions;

    public ToonTowers(InferenceDevice device, ModelPack pack)
    {
        _layout = ToonLayout.Read(pack);
        _text = new ToonText(_layout.Tokeniser);
        try
        {
            _imageA = new Graph(device, pack, "tower_a_image", ImageBatch);
            _imageB = new Graph(device, pack, "tower_b_image", ImageBatch);
            _textA = new Graph(device, pack, "tower_a_text", 1);
            _textB = new Graph(device, pack, "tower_b_text", 1);
            _captions = new ToonCaptions(_layout, _text);
            _rule = ScoreRule.Of(pack, _layout.Embedding.Weights["a"], _layout.Embedding.Weights["b"]);
            if (_imageA.OutputRowLength(0) + _imageB.OutputRowLength(0) != _layout.Embedding.Size
                || _imageA.OutputRowLength(0) != _textA.OutputRowLength(0) || _imageB.OutputRowLength(0) != _textB.OutputRowLength(0))
                throw new ClipException(ClipError.Pack, "The towers of the pack do not fit together: their embeddings differ in size.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public float[] Prepare(ReadOnlySpan<byte> i420, int width, int height) => Pictures.ToPlanes(i420, width, height, _layout.Embedding.Frame);

    public async Task<(float[] Embedding, TowerScores Scores)> EmbedAsync(
        IReadOnlyList<float[]> frames, string prompt, CancellationToken cancellationToken)
    {
        // Words that the towers never saw would only add noise to the score: what is judged is whether the picture fits the words that they know.
        var captions = _captions.Of(prompt);
        string[] read = captions.Count > 0 ? [.. captions] : [prompt];
        var pixels = frames.SelectMany(frame => frame).ToArray();
        var imageA = _imageA.RunAsync([pixels], frames.Count, cancellationToken);
        var imageB = _imageB.RunAsync([pixels], frames.Count, cancellationToken);
        var textA = _textA.RunAsync([read.SelectMany(_text.Features).ToArray()], read.Length, cancellationToken);
        var textB = _textB.RunAsync([read.SelectMany(_text.Sequence).ToArray()], read.Length, cancellationToken);
        var a = Embeddings.Mean((float[])(await imageA.ConfigureAwait(false))[0], frames.Count);
        var b = Embeddings.Mean((float[])(await imageB.ConfigureAwait(false))[0], frames.Count);
        var captionsA = (float[])(await textA.ConfigureAwait(false))[0];
        var captionsB = (float[])(await textB.ConfigureAwait(false))[0];
        var scores = Enumerable.Range(0, read.Length)
            .Select(index => _rule.Score(Embeddings.Dot(a, Row(captionsA, index, a.Length)), Embeddings.Dot(b, Row(captionsB, index, b.Length)), captions.Count > 0))
            .MaxBy(scores => scores.Ensemble)!;
        return (Embeddings.Join(a, _layout.Embedding.Weights["a"], b, _layout.Embedding.Weights["b"]), scores);
    }

    private static ReadOnlySpan<float> Row(float[] rows, int index, int length) => rows.AsSpan(index * length, length);

    public void Dispose()
    {
        foreach (var graph in new[] { _imageA, _imageB, _textA, _textB })
            graph?.Dispose(); // null when the ones before did not open
    }
}
