using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Toon;

/// <summary>The two verification towers of a toon pack, each with 256 values; the embedding holds both, weighted, side by side.</summary>
internal sealed class ToonTowers : IFrameEmbedder
{
    private const int ImageBatch = 8;

    // Words of the training captions that name no attribute by themselves but bind a colour to a thing (docs/model-pack-toon.md).
    private static readonly string[] s_connecting =
    [
        "hair", "skin", "no", "without", "shirt", "neckerchief", "scarf", "badge", "coat", "jacket", "body", "chassis", "robe", "robes", "collar", "jumper",
        "cloak", "suit",
    ];

    private readonly ToonLayout _layout;
    private readonly ToonText _text;
    private readonly Graph _imageA;
    private readonly Graph _imageB;
    private readonly Graph _textA;
    private readonly Graph _textB;
    private readonly ScoreRule _rule;
    private readonly HashSet<string> _known;

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
            _known = [.. _layout.Vocabulary.Words().SelectMany(_text.Words), .. s_connecting];
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
        var words = _text.Words(prompt).Where(_known.Contains).ToArray();
        var caption = words.Length > 0 ? string.Join(' ', words) : prompt;
        var pixels = frames.SelectMany(frame => frame).ToArray();
        var imageA = _imageA.RunAsync([pixels], frames.Count, cancellationToken);
        var imageB = _imageB.RunAsync([pixels], frames.Count, cancellationToken);
        var textA = _textA.RunAsync([_text.Features(caption)], 1, cancellationToken);
        var textB = _textB.RunAsync([_text.Sequence(caption)], 1, cancellationToken);
        var a = Embeddings.Mean((float[])(await imageA.ConfigureAwait(false))[0], frames.Count);
        var b = Embeddings.Mean((float[])(await imageB.ConfigureAwait(false))[0], frames.Count);
        var captionA = (float[])(await textA.ConfigureAwait(false))[0];
        var captionB = (float[])(await textB.ConfigureAwait(false))[0];
        var scores = _rule.Score(Embeddings.Dot(a, captionA), Embeddings.Dot(b, captionB), words.Length > 0);
        return (Embeddings.Join(a, _layout.Embedding.Weights["a"], b, _layout.Embedding.Weights["b"]), scores);
    }

    public void Dispose()
    {
        foreach (var graph in new[] { _imageA, _imageB, _textA, _textB })
            graph?.Dispose(); // null when the ones before did not open
    }
}
