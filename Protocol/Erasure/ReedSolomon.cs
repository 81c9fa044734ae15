namespace Nsn.Protocol.Erasure;

/// <summary>
/// Reed-Solomon 10 + 4 over GF(2^8): ten shards of data, four of parity, any ten of the fourteen give all. docs/formats.md, section 11.
/// Pure; safe for use by several threads on different shards.
/// </summary>
public static class ReedSolomon
{
    /// <summary>Shards that hold the data.</summary>
    public const int DataShards = 10;

    /// <summary>Shards that hold parity.</summary>
    public const int ParityShards = 4;

    /// <summary>All shards.</summary>
    public const int TotalShards = DataShards + ParityShards;

    private static readonly byte[][] s_parityRows = [.. Enumerable.Range(DataShards, ParityShards).Select(GeneratorMatrix.Row)];

    /// <summary>Computes the parity shards.</summary>
    /// <param name="shards">Fourteen arrays of one length; the first ten are read, the last four written.</param>
    public static void Encode(byte[][] shards) => Encode(shards, ErasureKernel.Best);

    /// <summary>Computes every shard that is missing, if at most four are.</summary>
    /// <param name="shards">Fourteen arrays of one length, null where one is missing; filled on success. The present ones are taken for right: check their hashes first.</param>
    /// <param name="spare">Arrays of the same length to put lost shards into, at least as many as are lost; null to make new ones.</param>
    /// <returns>False if fewer than ten are present.</returns>
    public static bool TryReconstruct(byte[]?[] shards, byte[][]? spare = null) => TryReconstruct(shards, ErasureKernel.Best, spare);

    internal static void Encode(byte[][] shards, ErasurePath path)
    {
        CheckShape(shards);
        ErasureKernel.Combine(s_parityRows, shards.AsSpan(0, DataShards), shards.AsSpan(DataShards), path);
    }

    internal static bool TryReconstruct(byte[]?[] shards, ErasurePath path, byte[][]? spare = null)
    {
        CheckShape(shards);
        int[] present = [.. Enumerable.Range(0, TotalShards).Where(i => shards[i] is not null).Take(DataShards)];
        int[] lost = [.. Enumerable.Range(0, TotalShards).Where(i => shards[i] is null)];
        if (present.Length < DataShards)
            return false;
        if (lost.Length == 0)
            return true;
        byte[][] inputs = Array.ConvertAll(present, i => shards[i]!);
        byte[][] outputs = spare?[..lost.Length] ?? Array.ConvertAll(lost, _ => GC.AllocateUninitializedArray<byte>(inputs[0].Length));
        if (Array.Exists(outputs, output => output.Length != inputs[0].Length))
            throw new ArgumentException("spare arrays have the length of the shards", nameof(spare));
        ErasureKernel.Combine(GeneratorMatrix.RowsFrom(present, lost), inputs, outputs, path);
        for (int i = 0; i < lost.Length; i++)
            shards[lost[i]] = outputs[i];
        return true;
    }

    private static void CheckShape(byte[]?[] shards)
    {
        if (shards.Length != TotalShards)
            throw new ArgumentException($"needs {TotalShards} shards, got {shards.Length}", nameof(shards));
        int? length = Array.Find(shards, shard => shard is not null)?.Length;
        if (Array.Exists(shards, shard => shard is not null && shard.Length != length))
            throw new ArgumentException("all shards have one length", nameof(shards));
    }
}
