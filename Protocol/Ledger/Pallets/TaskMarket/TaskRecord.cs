using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>A task.</summary>
/// <param name="Terms">What was asked for.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Executor">Who has it.</param>
/// <param name="Attempt">How many executors had it before.</param>
/// <param name="Lease">The last block in which the executor may deliver, or the committee answer.</param>
/// <param name="OutputCid">What came out.</param>
/// <param name="Committee">Who checks it.</param>
public sealed record TaskRecord(
    TaskTerms Terms, TaskState Status, AccountId? Executor, uint Attempt, uint Lease, string? OutputCid, IReadOnlyList<AccountId> Committee)
{
    /// <summary>The bytes of a task.</summary>
    public static Codec<TaskRecord> Codec { get; } = Codecs.Codec.Record<TaskRecord>("TaskRecord")
        .With("terms", TaskTerms.Codec, static t => t.Terms)
        .With("status", Codecs.Codec.Enumeration<TaskState>(), static t => t.Status)
        .With("executor", Codecs.Codec.Option(Codecs.Codec.Account), static t => t.Executor)
        .With("attempt", Codecs.Codec.U32, static t => t.Attempt)
        .With("lease", Codecs.Codec.U32, static t => t.Lease)
        .With("output_cid", Codecs.Codec.OptionalReference(Codecs.Codec.Text(128)), static t => t.OutputCid)
        .With("committee", Codecs.Codec.Vector(Codecs.Codec.Account, 16), static t => t.Committee)
        .Build(static (terms, status, executor, attempt, lease, output, committee) => new(terms, status, executor, attempt, lease, output, committee));

    /// <summary>Whether nothing more happens to it.</summary>
    public bool IsOver => Status is TaskState.Verified or TaskState.Rejected or TaskState.Failed or TaskState.Expired or TaskState.Cancelled;
}
