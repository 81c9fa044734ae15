namespace Nsn.Grains;

/// <summary>Keys of the grains that there is one of.</summary>
public static class ChainName
{
    /// <summary>Key of the ledger grain.</summary>
    public const string Default = "nsn";

    /// <summary>Key of the device directory.</summary>
    public const string Devices = "devices";

    /// <summary>Name of the first channel.</summary>
    public const string MainChannel = "main";
}
