namespace Nsn.Protocol.Cryptography.Edwards25519;

/// <summary>
/// A point of edwards25519 in extended coordinates (RFC 8032, section 5.1.4): x = X/Z, y = Y/Z, xy = T/Z. The formulas are complete: they hold for any two points.
/// </summary>
internal readonly struct EdwardsPoint
{
    private static readonly FieldElement s_d = (FieldElement.Zero - FieldElement.FromSmall(121665)) * FieldElement.Invert(FieldElement.FromSmall(121666));
    private static readonly FieldElement s_twiceD = (s_d + s_d) * FieldElement.One;

    // 2^((p - 1) / 4): a square root of -1; (p - 1) / 4 is 2 * (p - 5) / 8 + 1.
    private static readonly FieldElement s_rootOfMinusOne =
        FieldElement.Square(FieldElement.RootPower(FieldElement.FromSmall(2))) * FieldElement.FromSmall(2);

    private EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t) => (X, Y, Z, T) = (x, y, z, t);

    /// <summary>The neutral point.</summary>
    public static EdwardsPoint Neutral => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    public FieldElement X { get; }

    public FieldElement Y { get; }

    public FieldElement Z { get; }

    private FieldElement T { get; }

    /// <summary>Reads an encoded point whose y is below the prime (RFC 8032, section 5.1.3); false if there is no such point.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out EdwardsPoint point)
    {
        FieldElement y = FieldElement.Read(encoded);
        FieldElement squared = FieldElement.Square(y);
        FieldElement u = (squared - FieldElement.One) * FieldElement.One;
        FieldElement v = squared * s_d + FieldElement.One;
        FieldElement v3 = FieldElement.Square(v) * v;
        FieldElement x = u * v3 * FieldElement.RootPower(FieldElement.Square(v3) * v * u);
        FieldElement check = FieldElement.Square(x) * v;
        bool isRoot = (check - u).IsZero;
        if (!isRoot)
            x *= s_rootOfMinusOne;
        if (x.IsOdd != (encoded[31] >= 0x80))
            x = (FieldElement.Zero - x) * FieldElement.One;
        point = new EdwardsPoint(x, y, FieldElement.One, x * y);
        return isRoot || (check + u).IsZero;
    }

    /// <summary>Writes y with the sign of x in the highest bit.</summary>
    public void Encode(Span<byte> encoded)
    {
        FieldElement inverse = FieldElement.Invert(Z);
        (Y * inverse).Write(encoded);
        encoded[31] |= (X * inverse).IsOdd ? (byte)0x80 : (byte)0;
    }

    /// <summary>The point mirrored at the y axis.</summary>
    public EdwardsPoint Negate() => new((FieldElement.Zero - X) * FieldElement.One, Y, Z, (FieldElement.Zero - T) * FieldElement.One);

    /// <summary>Twice the point.</summary>
    public EdwardsPoint Double()
    {
        FieldElement a = FieldElement.Square(X), b = FieldElement.Square(Y), c = FieldElement.Square(Z);
        FieldElement h = a + b;
        FieldElement e = h - FieldElement.Square(X + Y);
        FieldElement g = a - b;
        FieldElement f = c + c + g;
        return new(e * f, g * h, f * g, e * h);
    }

    /// <summary>The sum of two points.</summary>
    public EdwardsPoint Add(in EdwardsPoint other)
    {
        FieldElement a = (Y - X) * (other.Y - other.X);
        FieldElement b = (Y + X) * (other.Y + other.X);
        FieldElement c = T * other.T * s_twiceD;
        FieldElement half = Z * other.Z;
        return Compose(b - a, half + half - c, half + half + c, b + a);
    }

    /// <summary>The sum with a point of a table.</summary>
    public EdwardsPoint Add(in TablePoint other)
    {
        FieldElement a = (Y - X) * other.YMinusX;
        FieldElement b = (Y + X) * other.YPlusX;
        FieldElement c = T * other.TwiceDXY;
        FieldElement d = Z + Z;
        return Compose(b - a, d - c, d + c, b + a);
    }

    /// <summary>The difference with a point of a table.</summary>
    public EdwardsPoint Subtract(in TablePoint other)
    {
        FieldElement a = (Y - X) * other.YPlusX;
        FieldElement b = (Y + X) * other.YMinusX;
        FieldElement c = T * other.TwiceDXY;
        FieldElement d = Z + Z;
        return Compose(b - a, d + c, d - c, b + a);
    }

    /// <summary>The point as a table keeps it.</summary>
    /// <param name="inverse">1/Z, which a table works out for all its points at once.</param>
    public TablePoint ToTable(in FieldElement inverse)
    {
        FieldElement x = X * inverse, y = Y * inverse;
        return new TablePoint((y + x) * FieldElement.One, (y - x) * FieldElement.One, x * y * s_twiceD);
    }

    private static EdwardsPoint Compose(in FieldElement e, in FieldElement f, in FieldElement g, in FieldElement h) => new(e * f, g * h, f * g, e * h);
}
