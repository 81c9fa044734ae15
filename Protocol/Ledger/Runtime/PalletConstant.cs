using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>A constant that metadata shows.</summary>
/// <param name="Name">As clients see it.</param>
/// <param name="Type">Its shape.</param>
/// <param name="Value">Its SCALE bytes.</param>
public sealed record PalletConstant(string Name, ScaleType Type, byte[] Value)
{
    /// <summary>A constant from a value and its codec.</summary>
    public static PalletConstant Of<T>(string name, Codec<T> codec, T value) => new(name, codec.Type, codec.Encode(value));
}
