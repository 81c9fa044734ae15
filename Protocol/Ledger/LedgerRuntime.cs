using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Pallets.Parameters;
using Nsn.Protocol.Ledger.Pallets.Timestamp;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger;

/// <summary>
/// The rules: (state, block) → (state, events, root). Pure: no clock, no randomness, no I/O; the same input gives the same bytes everywhere.
/// </summary>
public sealed partial class LedgerRuntime
{
    private readonly LedgerParameters _parameters;

    /// <summary>The rules under the given constants.</summary>
    /// <exception cref="ArgumentException">The constants do not fit together.</exception>
    public LedgerRuntime(LedgerParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var problems = parameters.Problems();
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', problems), nameof(parameters));
        }

        _parameters = parameters;
    }

    /// <summary>All calls and events.</summary>
    public static CallTable Calls { get; } = new(AllPallets.List);

    /// <summary>The constants at genesis; the sudo key may have changed some since: see <see cref="ParametersAt"/>.</summary>
    public LedgerParameters Parameters => _parameters;

    /// <summary>The constants that hold after a state.</summary>
    public LedgerParameters ParametersAt(LedgerState state) => ParametersPallet.Resolve(_parameters, state.Storage);

    /// <summary>Makes the next block from what waits. Candidates that may not be in it are left out and reported.</summary>
    /// <param name="parent">The ledger after the block before.</param>
    /// <param name="timestamp">The block's time in milliseconds since 1970-01-01 UTC, later than the parent's.</param>
    /// <param name="candidates">Signed extrinsics, in the order wanted.</param>
    /// <param name="signatures">Who answers for the signatures.</param>
    public SealedBlock Seal(LedgerState parent, ulong timestamp, IEnumerable<Extrinsic> candidates, SignatureCheck signatures = SignatureCheck.Verify)
    {
        var execution = new BlockExecution(this, parent, signatures, candidates.TryGetNonEnumeratedCount(out var count) ? count + 1 : 0);
        var inherent = Extrinsic.Inherent(Calls, new TimestampCalls.Set(timestamp));
        if (execution.TryInclude(inherent) is not TransactionError.None)
        {
            throw new ArgumentException($"A block at {timestamp} ms does not come after its parent.", nameof(timestamp));
        }

        var rejected = new List<RejectedExtrinsic>();
        foreach (var candidate in candidates)
        {
            var reason = candidate.IsSigned ? execution.TryInclude(candidate) : TransactionError.BadInherent;
            if (reason != TransactionError.None)
            {
                rejected.Add(new(candidate, reason));
            }
        }

        return execution.Finish() with { Rejected = rejected };
    }

    /// <summary>Carries out a block that someone else made, and checks everything it says.</summary>
    /// <param name="parent">The ledger after the block before.</param>
    /// <param name="block">The block.</param>
    /// <param name="applied">The outcome.</param>
    /// <param name="reason">What is wrong with the block.</param>
    /// <param name="signatures">Who answers for the signatures.</param>
    public bool TryApply(
        LedgerState parent,
        Block block,
        [NotNullWhen(true)] out SealedBlock? applied,
        [NotNullWhen(false)] out string? reason,
        SignatureCheck signatures = SignatureCheck.Verify)
    {
        applied = null;
        reason = block.Header.Number != parent.Number + 1 ? $"The block is number {block.Header.Number}; {parent.Number + 1} comes next."
            : block.Header.ParentHash != parent.Hash ? $"The block follows {block.Header.ParentHash}, not {parent.Hash}."
            : block.Extrinsics.Count == 0 ? "The block has no timestamp."
            : null;
        if (reason is not null)
        {
            return false;
        }

        var execution = new BlockExecution(this, parent, signatures, block.Extrinsics.Count);
        for (var i = 0; i < block.Extrinsics.Count; i++)
        {
            if (!Extrinsic.TryDecode(Calls, block.Extrinsics[i], out var extrinsic, out var error))
            {
                reason = $"Extrinsic {i} does not decode: {error}.";
                return false;
            }

            error = extrinsic.IsSigned == (i > 0) ? execution.TryInclude(extrinsic) : TransactionError.BadInherent;
            if (error != TransactionError.None)
            {
                reason = $"Extrinsic {i} may not be in the block: {error}.";
                return false;
            }
        }

        var result = execution.Finish();
        reason = result.Block.Header.ExtrinsicsRoot != block.Header.ExtrinsicsRoot ? "The extrinsics root does not match the extrinsics."
            : result.Block.Header.StateRoot != block.Header.StateRoot ? $"The state root is {result.Block.Header.StateRoot}, not {block.Header.StateRoot}."
            : null;
        applied = reason is null ? result : null;
        return reason is null;
    }

    /// <summary>Whether an extrinsic could be in the block after <paramref name="state"/>; a nonce ahead of the account's is <see cref="TransactionError.FutureNonce"/>.</summary>
    public TransactionError Validate(LedgerState state, Extrinsic extrinsic, SignatureCheck signatures = SignatureCheck.Verify) =>
        new BlockExecution(this, state, signatures).Check(extrinsic, out _, out _);

    /// <summary>The fee of an extrinsic, without its tip.</summary>
    public UInt128 FeeOf(LedgerState state, Extrinsic extrinsic) => Pallets.TransactionPayment.TransactionPaymentPallet.FeeOf(
        ParametersAt(state), Calls.DefinitionOf(extrinsic.Call).Definition.Weight, extrinsic.Bytes.Length);

    /// <summary>The next nonce of an account.</summary>
    public static uint NonceOf(IStateReader state, in AccountId account) => SystemStorage.Account.Get(state, account).Nonce;

    /// <summary>Signs a call for this chain with an immortal era.</summary>
    /// <param name="genesisHash">The chain.</param>
    /// <param name="call">What is asked for.</param>
    /// <param name="signer">The account's key.</param>
    /// <param name="nonce">The account's next nonce.</param>
    /// <param name="tip">Paid on top of the fee.</param>
    public Extrinsic Sign(Hash256 genesisHash, Call call, ISigner signer, uint nonce, UInt128 tip = default) => Extrinsic.Sign(
        Calls, call, signer, new SigningContext(genesisHash, genesisHash, _parameters.SpecVersion, _parameters.TransactionVersion) { Nonce = nonce, Tip = tip });
}
