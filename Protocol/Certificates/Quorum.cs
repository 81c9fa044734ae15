namespace Nsn.Protocol.Certificates;

/// <summary>How many directors there are and how many must agree.</summary>
public static class Quorum
{
    /// <summary>Directors of an epoch.</summary>
    public const int Directors = 5;

    /// <summary>
    /// Equal votes that make a certificate. Three of five is a majority: it tolerates two directors that are silent or lie. Two conflicting
    /// certificates would need a director that signed both, and both signatures together convict it.
    /// </summary>
    public const int Votes = 3;
}
