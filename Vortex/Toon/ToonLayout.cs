using System.Text.Json;
using System.Text.Json.Serialization;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Toon;

/// <summary>The members of a <c>toon-layered</c> manifest (<c>docs/model-pack-toon.md</c>).</summary>
internal sealed record ToonLayout
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public required SamplerPart Sampler { get; init; }

    public required TokeniserPart Tokeniser { get; init; }

    public required CodePart Code { get; init; }

    public required IReadOnlyList<string> Controls { get; init; }

    public required IReadOnlyList<string> FaceControls { get; init; }

    public required int GroundPhases { get; init; }

    public required IReadOnlyList<LayerPart> Layers { get; init; }

    public required EmbeddingPart Embedding { get; init; }

    public required VocabularyPart Vocabulary { get; init; }

    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when the manifest is not of this kind.</exception>
    public static ToonLayout Read(ModelPack pack)
    {
        try
        {
            var layout = JsonSerializer.SerializeToElement(pack.Manifest.Extra).Deserialize<ToonLayout>(s_json)
                ?? throw new JsonException("empty");
            layout.Check();
            return layout;
        }
        catch (JsonException exception)
        {
            throw new ClipException(
                ClipError.Pack, $"The manifest of {pack.DisplayName} is not that of a toon-layered pack: {exception.Message}", exception);
        }
    }

    /// <summary>Offset of a group in the code and its number of values.</summary>
    public GroupPart Group(string name) => Code.Groups.First(group => group.Name == name);

    private void Check()
    {
        static void Require(bool condition, string problem)
        {
            if (!condition)
                throw new JsonException(problem);
        }

        // Members that are null were refused when they were read; elements of lists and dictionaries were not.
        Require(Controls.Concat(FaceControls).Concat(Tokeniser.StopWords).All(text => text is not null), "a control or a stop word is null");
        Require(Code.Groups.All(group => group is not null && group.Values.All(value => value is not null)), "a group or one of its values is null");
        Require(Layers.All(layer => layer is not null), "a layer is null");
        Require(
            Vocabulary.Synonyms.Values.All(group => group is not null && group.Values.All(words => words is not null && words.All(word => word is not null))),
            "a synonym is null");
        Require(Sampler.Steps is >= 1 and <= 256, "sampler.steps is outside 1 to 256");
        Require(Code.Size is >= 1 and <= 4096 && Code.Layout >= 0, "code.size is outside 1 to 4096");
        var end = 0;
        foreach (var group in Code.Groups)
        {
            Require(group.Offset == end && group.Values.Count > 0, $"the group '{group.Name}' does not follow the one before");
            end += group.Values.Count;
        }

        Require(end + Code.Layout == Code.Size, "the groups and the layout numbers do not add up to code.size");
        Require(Tokeniser.Kind == "hashed-ngrams/1" && Tokeniser.Hash == "fnv1a-32", "the tokeniser is not hashed-ngrams/1 with fnv1a-32");
        Require(Tokeniser is { WordBuckets: >= 2, TrigramBuckets: >= 1, Features: >= 1 and <= 4096, Words: >= 1 and <= 4096 }, "the tokeniser's sizes are wrong");
        Require(GroundPhases is >= 1 and <= 64, "ground_phases is outside 1 to 64");
        Require(Layers.Select(layer => layer.Name).SequenceEqual(ToonPlacement.LayerOrder), "the layers are not ground, back, body, head, face, top");
        foreach (var layer in Layers)
        {
            Require(layer.Rect is [var left, var top, var right, var bottom] && right > left && bottom > top, $"the rect of '{layer.Name}' is empty");
            Require(layer.Width is >= 1 and <= 4096 && layer.Height is >= 1 and <= 4096, $"the size of '{layer.Name}' is outside 1 to 4096");
            Require(layer.Channels == (layer.Name == "ground" ? 3 : 4), $"the layer '{layer.Name}' has {layer.Channels} channels");
        }

        Require(Embedding is { Size: 512, Frame: >= 16 and <= 1024 } && Embedding.Weights.ContainsKey("a") && Embedding.Weights.ContainsKey("b"),
            "the embedding is not of 512 values with weights a and b");
        foreach (var control in FaceControls)
            Require(Controls.Contains(control) && ToonControls.Names.Contains(control), $"the control '{control}' is not known");
    }

    internal sealed record SamplerPart(int Steps, double Guidance);

    internal sealed record TokeniserPart(
        string Kind, string Hash, int WordBuckets, int TrigramBuckets, int Features, int Words, IReadOnlyList<string> StopWords);

    internal sealed record CodePart(int Size, int Layout, IReadOnlyList<GroupPart> Groups);

    internal sealed record GroupPart(string Name, int Offset, IReadOnlyList<string> Values);

    internal sealed record LayerPart(string Name, string Graph, string Output, double[] Rect, int Height, int Width, int Channels);

    internal sealed record EmbeddingPart(int Size, int Frame, IReadOnlyDictionary<string, double> Weights);

    internal sealed record VocabularyPart(
        [property: JsonPropertyName("synonyms")] IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>> Synonyms)
    {
        /// <summary>Other lists of words (garments, for example).</summary>
        [JsonExtensionData]
        public Dictionary<string, JsonElement> Other { get; init; } = [];

        /// <summary>Every word or phrase that the pack was trained on.</summary>
        public IEnumerable<string> Words() =>
            Synonyms.Values.SelectMany(group => group.Values).SelectMany(words => words).Concat(Other.Values.SelectMany(Strings));

        private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.String => [element.GetString()!],
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
            JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Strings(member.Value)),
            _ => [],
        };
    }
}
