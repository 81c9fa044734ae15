using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Reputation;

/// <summary>A leaf of a block's reputation tree.</summary>
/// <param name="Account">Whose reputation.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Slot">In which slot, or in which block where there is no slot.</param>
/// <param name="Block">When.</param>
/// <param name="Times">How often.</param>
public readonly record struct ReputationEvent(AccountId Account, ReputationEventKind Kind, ulong Slot, uint Block, uint Times)
{
    /// <summary>The bytes of an event.</summary>
    public static Codec<ReputationEvent> Codec { get; } = Codecs.Codec.Record<ReputationEvent>("ReputationEvent")
        .With("account", Codecs.Codec.Account, static e => e.Account)
        .With("event_type", Codecs.Codec.Enumeration<ReputationEventKind>(), static e => e.Kind)
        .With("slot", Codecs.Codec.U64, static e => e.Slot)
        .With("block", Codecs.Codec.U32, static e => e.Block)
        .With("times", Codecs.Codec.U32, static e => e.Times)
        .Build(static (account, kind, slot, block, times) => new(account, kind, slot, block, times));
}
