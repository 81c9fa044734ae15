namespace Nsn.Gateway.Api;

/// <summary>An epoch (docs/player-protocol.md section 4).</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="Phase"><c>on-deck</c>, <c>active</c> or <c>closed</c>.</param>
/// <param name="FirstBlock">First block.</param>
/// <param name="EndBlock">First block after it.</param>
/// <param name="FirstSlot">First slot that its directors answer for.</param>
/// <param name="EndSlot">First slot after them.</param>
/// <param name="StartsAt">Unix milliseconds.</param>
/// <param name="EndsAt">Unix milliseconds.</param>
/// <param name="Randomness">The beacon value from which slot seeds follow.</param>
/// <param name="Threshold">Signatures that a certificate needs.</param>
/// <param name="Directors">In the order of the ledger.</param>
internal sealed record EpochDetail(
    uint Epoch,
    string Phase,
    ulong FirstBlock,
    ulong EndBlock,
    ulong FirstSlot,
    ulong EndSlot,
    long StartsAt,
    long EndsAt,
    string Randomness,
    int Threshold,
    IReadOnlyList<DirectorKey> Directors);
