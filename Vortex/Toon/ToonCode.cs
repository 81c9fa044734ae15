namespace Nsn.Vortex.Toon;

/// <summary>Works on latent codes: one group of numbers per attribute, then layout numbers in [-1, 1].</summary>
internal sealed class ToonCode(ToonLayout layout)
{
    private static readonly string[] s_notHuman = ["robot", "cat", "bear"];
    private static readonly string[] s_bareHeaded = ["scientist", "cat", "bear", "newsreader"];

    /// <summary>A generated code made exact: the largest value of each group wins, impossible combinations go, layout is clamped.</summary>
    public float[] Snap(ReadOnlySpan<float> code)
    {
        var values = Values(code);
        Canonicalise(values);
        var snapped = new float[layout.Code.Size];
        for (var g = 0; g < values.Length; g++)
            snapped[layout.Code.Groups[g].Offset + values[g]] = 1;
        for (var i = layout.Code.Size - layout.Code.Layout; i < snapped.Length; i++)
            snapped[i] = Math.Clamp(code[i], -1, 1);
        return snapped;
    }

    /// <summary>Index of the largest number of each group.</summary>
    public int[] Values(ReadOnlySpan<float> code)
    {
        var values = new int[layout.Code.Groups.Count];
        for (var g = 0; g < values.Length; g++)
        {
            var group = layout.Code.Groups[g];
            values[g] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(code.Slice(group.Offset, group.Values.Count));
        }

        return values;
    }

    /// <summary>Names of a code's attributes, for people.</summary>
    public Dictionary<string, string> Describe(ReadOnlySpan<float> code)
    {
        var values = Values(code);
        return layout.Code.Groups.Select((group, g) => (group.Name, Value: group.Values[values[g]])).ToDictionary(pair => pair.Name, pair => pair.Value);
    }

    /// <summary>A copy of a code with another value of a group, blended: 0 keeps the code, 1 has only the new value.</summary>
    public float[] With(float[] code, string groupName, string value, float share)
    {
        var result = (float[])code.Clone();
        if (layout.Code.Groups.FirstOrDefault(group => group.Name == groupName) is not { } found)
            return result;
        var index = found.Values.ToList().IndexOf(value);
        for (var i = 0; i < found.Values.Count && index >= 0; i++)
            result[found.Offset + i] = (result[found.Offset + i] * (1 - share)) + (i == index ? share : 0);
        return result;
    }

    // A robot has no beard, a pirate's patch leaves no room for glasses (docs/model-pack-toon.md, "Impossible combinations").
    private void Canonicalise(int[] values)
    {
        var names = layout.Code.Groups.Select(group => group.Name).ToList();
        int At(string name) => names.IndexOf(name);
        void Clear(string name)
        {
            if (At(name) >= 0)
                values[At(name)] = 0;
        }

        if (At("kind") < 0)
            return;
        var kind = layout.Code.Groups[At("kind")].Values[values[At("kind")]];
        var human = !s_notHuman.Contains(kind);
        if (!human)
        {
            Clear("hairstyle");
            Clear("skin");
            Clear("beard");
        }

        if (!s_bareHeaded.Contains(kind))
            Clear("hat");
        if (kind == "pirate")
            Clear("glasses");
        var bald = human && At("hairstyle") >= 0 && values[At("hairstyle")] == 0 && At("beard") >= 0 && values[At("beard")] == 0;
        if (kind == "robot" || bald)
            Clear("haircol");
    }
}
