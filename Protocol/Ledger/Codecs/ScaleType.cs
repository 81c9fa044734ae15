namespace Nsn.Protocol.Ledger.Codecs;

/// <summary>The shape of SCALE bytes, for metadata: what a client needs to decode storage, calls and events without this code.</summary>
public abstract record ScaleType
{
    /// <summary>A built-in: bool, str, u8 … u128.</summary>
    public sealed record Primitive(string Name) : ScaleType;

    /// <summary>An integer in compact form.</summary>
    public sealed record Compact(ScaleType Inner) : ScaleType;

    /// <summary>A length and that many items.</summary>
    public sealed record Sequence(ScaleType Item) : ScaleType;

    /// <summary>A fixed number of items.</summary>
    public sealed record FixedArray(int Length, ScaleType Item) : ScaleType;

    /// <summary>Items one after another, without names.</summary>
    public sealed record Tuple(IReadOnlyList<ScaleType> Items) : ScaleType;

    /// <summary>Named fields one after another.</summary>
    public sealed record Composite(string Name, IReadOnlyList<ScaleField> Fields) : ScaleType;

    /// <summary>One of several cases, chosen by an index byte.</summary>
    public sealed record Variant(string Name, IReadOnlyList<ScaleVariant> Cases) : ScaleType;

    /// <summary>A composite or variant that is described elsewhere, by its name: for shapes that contain themselves.</summary>
    public sealed record Reference(string Name) : ScaleType;
}
