namespace Nsn.Protocol.Elections;

/// <summary>Where an operator says that its machines are.</summary>
public enum Region : byte
{
    /// <summary>North America, west.</summary>
    NaWest,

    /// <summary>North America, east.</summary>
    NaEast,

    /// <summary>Europe, west.</summary>
    EuWest,

    /// <summary>Europe, east.</summary>
    EuEast,

    /// <summary>Asia and the Pacific.</summary>
    Apac,

    /// <summary>Latin America.</summary>
    Latam,

    /// <summary>Middle East and North Africa.</summary>
    Mena,
}
