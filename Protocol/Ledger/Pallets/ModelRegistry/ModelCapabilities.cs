namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>What a model can make.</summary>
[Flags]
public enum ModelCapabilities : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Text.</summary>
    Text = 1,

    /// <summary>Pictures.</summary>
    Image = 2,

    /// <summary>Programs.</summary>
    Code = 4,

    /// <summary>Embeddings.</summary>
    Embedding = 8,

    /// <summary>Speech.</summary>
    Speech = 16,

    /// <summary>Video.</summary>
    Video = 32,
}
