namespace Nsn.Vortex.Pipeline;

/// <summary>What a device holds at a moment, for placing requests where models are warm.</summary>
/// <param name="Provider"><c>cpu</c>, <c>cuda</c> or <c>webgpu</c>.</param>
/// <param name="VramBudgetBytes">Memory that packs may take.</param>
/// <param name="VramUsedBytes">Memory that loaded packs take, as their manifests say.</param>
/// <param name="WarmPacks">Names and versions of the loaded packs, least recently used first.</param>
/// <param name="WarmPackHashes">Their hashes, in the same order.</param>
/// <param name="QueueLength">Graph runs that wait.</param>
public sealed record DeviceSnapshot(
    string Provider, long VramBudgetBytes, long VramUsedBytes, IReadOnlyList<string> WarmPacks, IReadOnlyList<ReadOnlyMemory<byte>> WarmPackHashes,
    int QueueLength)
{
    /// <summary>What is left of the budget, in bytes.</summary>
    public long VramFreeBytes => Math.Max(0, VramBudgetBytes - VramUsedBytes);

    /// <summary>Whether the device is a GPU, with memory of its own.</summary>
    public bool OnGpu => Provider != "cpu";
}
