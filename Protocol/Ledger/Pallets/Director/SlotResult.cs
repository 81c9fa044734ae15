using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>What was certified for a slot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="RecipeHash">What was asked for.</param>
/// <param name="ModelPackHash">What made it.</param>
/// <param name="ContentRoot">The bytes.</param>
/// <param name="EmbeddingHash">What they look like.</param>
/// <param name="Signers">The directors that signed, all of whom were eligible.</param>
/// <param name="Submitter">Who brought it.</param>
/// <param name="SubmittedAt">In which block.</param>
/// <param name="Success">False once validators found it wrong.</param>
public sealed record SlotResult(
    ulong Slot, uint Epoch, Hash256 RecipeHash, Hash256 ModelPackHash, Hash256 ContentRoot, Hash256 EmbeddingHash,
    IReadOnlyList<AccountId> Signers, AccountId Submitter, uint SubmittedAt, bool Success)
{
    /// <summary>The bytes of a result.</summary>
    public static Codec<SlotResult> Codec { get; } = Codecs.Codec.Record<SlotResult>("SlotResult")
        .With("slot", Codecs.Codec.U64, static r => r.Slot)
        .With("epoch", Codecs.Codec.U32, static r => r.Epoch)
        .With("recipe_hash", Codecs.Codec.Hash, static r => r.RecipeHash)
        .With("model_pack_hash", Codecs.Codec.Hash, static r => r.ModelPackHash)
        .With("content_root", Codecs.Codec.Hash, static r => r.ContentRoot)
        .With("embedding_hash", Codecs.Codec.Hash, static r => r.EmbeddingHash)
        .With("signers", Codecs.Codec.Vector(Codecs.Codec.Account, 64), static r => r.Signers)
        .With("submitter", Codecs.Codec.Account, static r => r.Submitter)
        .With("submitted_at", Codecs.Codec.U32, static r => r.SubmittedAt)
        .With("success", Codecs.Codec.Bool, static r => r.Success)
        .Build(static (slot, epoch, recipe, pack, content, embedding, signers, submitter, at, success) =>
            new(slot, epoch, recipe, pack, content, embedding, signers, submitter, at, success));
}
