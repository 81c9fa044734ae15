using Microsoft.ML.OnnxRuntime;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Inference;

/// <summary>Input that means nothing but is always the same, to compare devices with: reals of [-1, 1), integers below 16.</summary>
internal static class MadeUpInput
{
    private const int IntegersBelow = 16;

    /// <summary>Values of a tensor of the manifest.</summary>
    /// <param name="tensor">Its name, type and shape.</param>
    /// <param name="rows">What a free dimension becomes.</param>
    public static Array Of(PackTensor tensor, int rows)
    {
        var length = tensor.Length(Shape(tensor, rows));
        var random = new SeededRandom(ClipSeed.FromNumber(1));
        return tensor.Type switch
        {
            "int64" => Enumerable.Range(0, length).Select(_ => (long)random.Next(IntegersBelow)).ToArray(),
            "int32" => Enumerable.Range(0, length).Select(_ => random.Next(IntegersBelow)).ToArray(),
            _ => Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 2) - 1)).ToArray(),
        };
    }

    /// <summary>The same as a tensor.</summary>
    public static OrtValue TensorOf(PackTensor tensor, int rows) => Graph.TensorOver(Of(tensor, rows), Shape(tensor, rows));

    private static long[] Shape(PackTensor tensor, int rows) => [.. tensor.Dimensions.Select(dimension => dimension < 0 ? rows : dimension)];
}
