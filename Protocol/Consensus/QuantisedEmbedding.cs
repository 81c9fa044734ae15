using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// An embedding of 512 values as signed bytes. The largest magnitude is scaled to exactly 127, so that a vector has one form whatever its length was,
/// and everything that follows (similarity, medoid, hash) is integer arithmetic with the same result on every machine.
/// </summary>
public sealed class QuantisedEmbedding : IEquatable<QuantisedEmbedding>
{
    /// <summary>The number of values.</summary>
    public const int Length = 512;

    /// <summary>The largest magnitude; every embedding has a value with it.</summary>
    public const int Scale = 127;

    /// <summary>The similarity of a vector with itself.</summary>
    public const int SimilarityOne = 1_000_000;

    private readonly sbyte[] _values;

    private QuantisedEmbedding(sbyte[] values)
    {
        _values = values;
        SquaredNorm = Dot(values, values);
        Span<byte> input = stackalloc byte[DomainTag.Size + Length];
        DomainTag.Embedding.CopyTo(input);
        Bytes.CopyTo(input[DomainTag.Size..]);
        Hash = Sha2.Hash256(input);
    }

    /// <summary>The values.</summary>
    public ReadOnlySpan<sbyte> Values => _values;

    /// <summary>The values as bytes (two's complement): the SCALE form.</summary>
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes<sbyte>(_values);

    /// <summary>SHA-256 of the tag of embeddings and <see cref="Bytes"/>.</summary>
    public Hash256 Hash { get; }

    /// <summary>The sum of the squares, 16,129 to 8,258,048.</summary>
    public int SquaredNorm { get; }

    /// <summary>
    /// Quantises a vector: each value times 127 divided by the largest magnitude, rounded to the nearest integer, halves away from zero.
    /// </summary>
    /// <param name="vector"><c>float[512]</c>; it need not be normalised.</param>
    /// <param name="embedding">The result.</param>
    /// <param name="reason">What is wrong otherwise: the length, a value that is not finite, or a vector of zeros.</param>
    public static bool TryQuantise(ReadOnlySpan<float> vector, [NotNullWhen(true)] out QuantisedEmbedding? embedding, [NotNullWhen(false)] out string? reason)
    {
        embedding = null;
        double largest = 0;
        bool finite = true;
        foreach (float value in vector)
        {
            finite &= float.IsFinite(value);
            largest = Math.Max(largest, Math.Abs((double)value));
        }

        reason = vector.Length != Length ? $"an embedding has {Length} values, got {vector.Length}"
            : !finite ? "a value is not finite"
            : largest == 0 ? "all values are zero" : null;
        if (reason is not null)
            return false;
        sbyte[] values = new sbyte[Length];
        for (int i = 0; i < Length; i++)
            values[i] = (sbyte)Math.Round(vector[i] * Scale / largest, MidpointRounding.AwayFromZero);
        embedding = new QuantisedEmbedding(values);
        return true;
    }

    /// <summary>Reads 512 bytes. Refuses what quantising cannot give: -128, or a largest magnitude other than 127.</summary>
    public static bool TryRead(ref ScaleReader reader, [NotNullWhen(true)] out QuantisedEmbedding? value)
    {
        value = null;
        if (!reader.TryReadFixed(Length, out ReadOnlySpan<byte> bytes))
            return false;
        ReadOnlySpan<sbyte> values = MemoryMarshal.Cast<byte, sbyte>(bytes);
        if (values.Contains(sbyte.MinValue) || !values.ContainsAny((sbyte)Scale, (sbyte)-Scale))
            return reader.Fail(ScaleError.ValueOutOfRange);
        value = new QuantisedEmbedding(values.ToArray());
        return true;
    }

    /// <summary>Writes 512 bytes.</summary>
    public static void Write(ScaleWriter writer, QuantisedEmbedding value) => writer.WriteFixed(value.Bytes);

    /// <summary>
    /// The cosine in millionths, rounded towards zero: sign(dot) · floor(sqrt(floor(dot² · 10^12 / (|a|² · |b|²)))).
    /// dot² is at most 2^46 and 10^12 below 2^40, so nothing overflows 128 bits.
    /// </summary>
    public int SimilarityTo(QuantisedEmbedding other)
    {
        int dot = Dot(_values, other._values);
        UInt128 ratio = (UInt128)((long)dot * dot) * 1_000_000_000_000 / (ulong)((long)SquaredNorm * other.SquaredNorm);
        int cosine = SquareRoot((ulong)ratio);
        return dot < 0 ? -cosine : cosine;
    }

    /// <summary>The vector back as floats of length 1; for display and for search, never for consensus.</summary>
    public float[] ToNormalised()
    {
        double norm = Math.Sqrt(SquaredNorm);
        return Array.ConvertAll(_values, value => (float)(value / norm));
    }

    /// <inheritdoc/>
    public bool Equals(QuantisedEmbedding? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QuantisedEmbedding);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();

    private static int Dot(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right)
    {
        // Products of two bytes fit 16 bits (127 * 127), their sum needs 32.
        Vector256<int> sum = default;
        for (int i = 0; i < Length; i += Vector128<sbyte>.Count)
        {
            Vector128<sbyte> a = Vector128.LoadUnsafe(in left[i]), b = Vector128.LoadUnsafe(in right[i]);
            Vector256<short> products = Widen(a) * Widen(b);
            sum += Vector256.WidenLower(products) + Vector256.WidenUpper(products);
        }

        return Vector256.Sum(sum);

        static Vector256<short> Widen(Vector128<sbyte> value) => Vector256.Create(Vector128.WidenLower(value), Vector128.WidenUpper(value));
    }

    // The floating square root only guesses; the result is exact whatever it guesses.
    private static int SquareRoot(ulong value)
    {
        ulong root = (ulong)Math.Sqrt(value);
        while (root * root > value)
            root--;
        while ((root + 1) * (root + 1) <= value)
            root++;
        return (int)root;
    }
}
