namespace Nsn.Vortex.Voice;

/// <summary>A mouth.</summary>
/// <param name="Open">0 closed to 1 wide open.</param>
/// <param name="Wide">-1 rounded to 1 spread.</param>
public readonly record struct MouthShape(double Open, double Wide);
