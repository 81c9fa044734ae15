namespace Nsn.Protocol.Cryptography.Edwards25519;

/// <summary>An affine point in the form in which it is added with the fewest products.</summary>
/// <param name="YPlusX">y + x.</param>
/// <param name="YMinusX">y - x.</param>
/// <param name="TwiceDXY">2dxy.</param>
internal readonly record struct TablePoint(FieldElement YPlusX, FieldElement YMinusX, FieldElement TwiceDXY);
