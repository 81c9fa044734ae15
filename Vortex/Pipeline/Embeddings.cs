using System.Numerics.Tensors;

namespace Nsn.Vortex.Pipeline;

/// <summary>Arithmetic on embeddings.</summary>
public static class Embeddings
{
    /// <summary>Number of values of a clip's embedding.</summary>
    public const int Length = 512;

    /// <summary>Cosine of two vectors, -1 to 1; 0 when one of them is zero.</summary>
    public static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var norms = TensorPrimitives.Norm(left) * (double)TensorPrimitives.Norm(right);
        return norms == 0 ? 0 : TensorPrimitives.Dot(left, right) / norms;
    }

    internal static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => TensorPrimitives.Dot(left, right);

    /// <summary>Mean of rows, not normalised again: frames that disagree make a short vector and thus a low score (A10 of the facts).</summary>
    internal static float[] Mean(ReadOnlySpan<float> rows, int count)
    {
        var mean = new float[rows.Length / count];
        for (var i = 0; i < rows.Length; i++)
            mean[i % mean.Length] += rows[i] / count;
        return mean;
    }

    /// <summary>Both vectors normalised and put side by side, so that the cosine of two results is the weighted mean of the cosines.</summary>
    internal static float[] Join(ReadOnlySpan<float> a, double weightA, ReadOnlySpan<float> b, double weightB)
    {
        var joined = new float[a.Length + b.Length];
        Scale(a, Math.Sqrt(weightA / (weightA + weightB)), joined);
        Scale(b, Math.Sqrt(weightB / (weightA + weightB)), joined.AsSpan(a.Length));
        return joined;
    }

    internal static void Scale(ReadOnlySpan<float> vector, double length, Span<float> destination)
    {
        var norm = TensorPrimitives.Norm(vector);
        TensorPrimitives.Multiply(vector, norm > 0 ? (float)(length / norm) : 0, destination);
    }
}
