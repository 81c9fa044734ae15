namespace Nsn.Protocol.Cryptography.Edwards25519;

/// <summary>
/// The multiples 1 to 8 of 256^j times a point, for j from 0 to 31: with them a multiple of the point takes 64 additions and four doublings instead of some 250
/// doublings. 30 kB; making it costs about as much as one verification without it.
/// </summary>
internal sealed class PointTable
{
    private const int Windows = 32;
    private const int Multiples = 8;

    private readonly TablePoint[] _points = new TablePoint[Windows * Multiples];

    public PointTable(in EdwardsPoint point)
    {
        EdwardsPoint[] points = new EdwardsPoint[_points.Length];
        EdwardsPoint first = point;
        for (int window = 0; window < Windows; window++)
        {
            int start = window * Multiples;
            points[start] = first;
            for (int i = 1; i < Multiples; i++)
                points[start + i] = points[start + i - 1].Add(first);
            first = points[start + Multiples - 1];
            for (int i = 0; i < 5; i++)
                first = first.Double();
        }

        // All inverses for the price of one: the products from the left, the inverse of all, and back.
        FieldElement[] products = new FieldElement[points.Length];
        FieldElement product = FieldElement.One;
        for (int i = 0; i < points.Length; i++)
        {
            products[i] = product;
            product *= points[i].Z;
        }

        FieldElement inverse = FieldElement.Invert(product);
        for (int i = points.Length - 1; i >= 0; i--)
        {
            _points[i] = points[i].ToTable(inverse * products[i]);
            inverse *= points[i].Z;
        }
    }

    /// <summary>left · table + right · other.</summary>
    /// <param name="left">64 digits from -8 to 7, of base 16, the lowest first.</param>
    /// <param name="right">The same for the other table.</param>
    /// <param name="other">The other table.</param>
    public EdwardsPoint Combine(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right, PointTable other)
    {
        // Digits in odd places first; sixteen times their sum, and those in even places.
        EdwardsPoint sum = EdwardsPoint.Neutral;
        for (int i = 1; i < 2 * Windows; i += 2)
            sum = other.Add(Add(sum, i / 2, left[i]), i / 2, right[i]);
        for (int i = 0; i < 4; i++)
            sum = sum.Double();
        for (int i = 0; i < 2 * Windows; i += 2)
            sum = other.Add(Add(sum, i / 2, left[i]), i / 2, right[i]);
        return sum;
    }

    private EdwardsPoint Add(in EdwardsPoint sum, int window, int digit)
        => digit == 0 ? sum
            : digit > 0 ? sum.Add(_points[window * Multiples + digit - 1])
            : sum.Subtract(_points[window * Multiples - digit - 1]);
}
