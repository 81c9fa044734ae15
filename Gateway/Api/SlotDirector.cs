namespace Nsn.Gateway.Api;

/// <summary>What one director did for a slot (docs/player-protocol.md section 5).</summary>
/// <param name="Account">SS58, or the key where the ledger has forgotten the epoch.</param>
/// <param name="Key">Ed25519 key.</param>
/// <param name="Name">For people.</param>
/// <param name="Verdict"><c>accept</c>, <c>reject</c> or <c>absent</c>.</param>
/// <param name="Reason">Of a reject, or what went wrong.</param>
/// <param name="Committed">Whether its commitment came in time.</param>
/// <param name="Revealed">Whether it opened it.</param>
/// <param name="Scores">By tower.</param>
/// <param name="Commit">The signed commit message (docs/formats.md section 8).</param>
/// <param name="Reveal">The reveal message that opens it: nonce and embedding.</param>
/// <param name="Frames">The frames that it had made again; they follow from the nonce, the content root and their number.</param>
internal sealed record SlotDirector(
    string Account,
    string Key,
    string Name,
    string Verdict,
    string? Reason,
    bool Committed,
    bool Revealed,
    IReadOnlyDictionary<string, float> Scores,
    string? Commit,
    string? Reveal,
    IReadOnlyList<int>? Frames);
