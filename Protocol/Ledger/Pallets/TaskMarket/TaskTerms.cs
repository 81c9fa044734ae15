using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>What a requester asks for; never changes.</summary>
/// <param name="Lane">Which kind of work.</param>
/// <param name="Priority">How soon to look again for an executor.</param>
/// <param name="Requester">Who asks and pays.</param>
/// <param name="Escrow">The pay, held from the requester.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Deadline">The last block in which a result is taken.</param>
/// <param name="Renderer">What carries it out.</param>
/// <param name="InputCid">What to work on.</param>
/// <param name="ComputeBudget">How much work it may take, in the renderer's units.</param>
public sealed record TaskTerms(
    Lane Lane, TaskPriority Priority, AccountId Requester, UInt128 Escrow, uint CreatedAt, uint Deadline, string Renderer, string InputCid, ulong ComputeBudget)
{
    /// <summary>The bytes of terms.</summary>
    public static Codec<TaskTerms> Codec { get; } = Codecs.Codec.Record<TaskTerms>("TaskTerms")
        .With("lane", Codecs.Codec.Enumeration<Lane>(), static t => t.Lane)
        .With("priority", Codecs.Codec.Enumeration<TaskPriority>(), static t => t.Priority)
        .With("requester", Codecs.Codec.Account, static t => t.Requester)
        .With("escrow", Codecs.Codec.U128, static t => t.Escrow)
        .With("created_at", Codecs.Codec.U32, static t => t.CreatedAt)
        .With("deadline", Codecs.Codec.U32, static t => t.Deadline)
        .With("renderer", Codecs.Codec.Text(64), static t => t.Renderer)
        .With("input_cid", Codecs.Codec.Text(128), static t => t.InputCid)
        .With("compute_budget", Codecs.Codec.U64, static t => t.ComputeBudget)
        .Build(static (lane, priority, requester, escrow, created, deadline, renderer, input, budget) =>
            new(lane, priority, requester, escrow, created, deadline, renderer, input, budget));
}
