using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Bootstrap;

/// <summary>Whose signatures on a manifest of first peers a node believes. There are always enough trusted signers for the quorum.</summary>
public static class BootstrapPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnBootstrap";

    private const int SignersMax = 8;
    private static readonly Codec<byte[]> s_key = Codec.Bytes(256);
    private static readonly Codec<IReadOnlyList<byte[]>> s_keys = Codec.Vector(s_key, SignersMax);

    /// <summary>Signers, revoked ones included.</summary>
    public static StorageValue<IReadOnlyList<byte[]>> TrustedSigners { get; } = new(Name, "TrustedSigners", s_keys, []);

    /// <summary>Those of them that are revoked.</summary>
    public static StorageValue<IReadOnlyList<byte[]>> RevokedSigners { get; } = new(Name, "RevokedSigners", s_keys, []);

    /// <summary>How many must sign; 0 when there are no signers.</summary>
    public static StorageValue<uint> SignerQuorum { get; } = new(Name, "SignerQuorum", Codec.U32, 0U);

    /// <summary>Counts changes.</summary>
    public static StorageValue<ulong> SignerEpoch { get; } = new(Name, "SignerEpoch", Codec.U64, 0UL);

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(58, Name)
    {
        Calls =
        [
            CallDefinition.Root<BootstrapCalls.SetSigners>(0, "set_signers", Weights.Of(2, 4),
                Codec.Record<BootstrapCalls.SetSigners>("set_signers").With("signers", s_keys, static c => c.Signers).With("quorum", Codec.U32, static c => c.Quorum)
                    .Build(static (signers, quorum) => new(signers, quorum)),
                SetSigners),
            CallDefinition.Root<BootstrapCalls.RevokeSigner>(1, "revoke_signer", Weights.Of(4, 2),
                Codec.Record<BootstrapCalls.RevokeSigner>("revoke_signer").With("signer", s_key, static c => c.Signer).Build(static signer => new(signer)), Revoke),
            CallDefinition.Root<BootstrapCalls.RestoreSigner>(2, "restore_signer", Weights.Of(2, 2),
                Codec.Record<BootstrapCalls.RestoreSigner>("restore_signer").With("signer", s_key, static c => c.Signer).Build(static signer => new(signer)), Restore),
            CallDefinition.Root<BootstrapCalls.SetQuorum>(3, "set_quorum", Weights.Of(3, 2),
                Codec.Record<BootstrapCalls.SetQuorum>("set_quorum").With("quorum", Codec.U32, static c => c.Quorum).Build(static quorum => new(quorum)), SetQuorum),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<BootstrapEvents.SignersUpdated>("SignersUpdated")
                .With("epoch", Codec.U64, static e => e.Epoch).With("quorum", Codec.U32, static e => e.Quorum).Build(static (epoch, quorum) => new(epoch, quorum))),
            EventDefinition.Of(1, Codec.Record<BootstrapEvents.SignerRevoked>("SignerRevoked")
                .With("epoch", Codec.U64, static e => e.Epoch).With("signer", s_key, static e => e.Signer).Build(static (epoch, signer) => new(epoch, signer))),
            EventDefinition.Of(2, Codec.Record<BootstrapEvents.SignerRestored>("SignerRestored")
                .With("epoch", Codec.U64, static e => e.Epoch).With("signer", s_key, static e => e.Signer).Build(static (epoch, signer) => new(epoch, signer))),
        ],
        Errors = BootstrapErrors.All,
        Storage = [TrustedSigners, RevokedSigners, SignerQuorum, SignerEpoch],
    };

    /// <summary>Replaces all signers; also how the genesis sets them.</summary>
    internal static DispatchResult SetSigners(BlockContext context, BootstrapCalls.SetSigners call)
    {
        if (call.Signers.Any(static signer => signer.Length == 0))
        {
            return BootstrapErrors.EmptySignerKey;
        }

        var distinct = new List<byte[]>();
        distinct.AddRange(call.Signers.Where((signer, index) => call.Signers.Take(index).All(earlier => !earlier.AsSpan().SequenceEqual(signer))));
        if (call.Quorum == 0 || call.Quorum > distinct.Count)
        {
            return BootstrapErrors.InvalidQuorum;
        }

        TrustedSigners.Set(context.State, distinct);
        RevokedSigners.Remove(context.State);
        SignerQuorum.Set(context.State, call.Quorum);
        context.Deposit(new BootstrapEvents.SignersUpdated(NextEpoch(context), call.Quorum));
        return DispatchResult.Ok;
    }

    private static DispatchResult Revoke(BlockContext context, BootstrapCalls.RevokeSigner call)
    {
        var trusted = TrustedSigners.Get(context.State);
        var revoked = RevokedSigners.Get(context.State);
        if (!Contains(trusted, call.Signer))
        {
            return BootstrapErrors.SignerNotTrusted;
        }

        if (Contains(revoked, call.Signer))
        {
            return BootstrapErrors.SignerAlreadyRevoked;
        }

        if (trusted.Count - revoked.Count - 1 < SignerQuorum.Get(context.State))
        {
            return BootstrapErrors.InvalidQuorum;
        }

        RevokedSigners.Set(context.State, [.. revoked, call.Signer]);
        context.Deposit(new BootstrapEvents.SignerRevoked(NextEpoch(context), call.Signer));
        return DispatchResult.Ok;
    }

    private static DispatchResult Restore(BlockContext context, BootstrapCalls.RestoreSigner call)
    {
        var revoked = RevokedSigners.Get(context.State);
        if (!Contains(revoked, call.Signer))
        {
            return BootstrapErrors.SignerNotRevoked;
        }

        RevokedSigners.Set(context.State, [.. revoked.Where(signer => !signer.AsSpan().SequenceEqual(call.Signer))]);
        context.Deposit(new BootstrapEvents.SignerRestored(NextEpoch(context), call.Signer));
        return DispatchResult.Ok;
    }

    private static DispatchResult SetQuorum(BlockContext context, BootstrapCalls.SetQuorum call)
    {
        if (call.Quorum == 0 || call.Quorum > TrustedSigners.Get(context.State).Count - RevokedSigners.Get(context.State).Count)
        {
            return BootstrapErrors.InvalidQuorum;
        }

        SignerQuorum.Set(context.State, call.Quorum);
        context.Deposit(new BootstrapEvents.SignersUpdated(NextEpoch(context), call.Quorum));
        return DispatchResult.Ok;
    }

    private static bool Contains(IReadOnlyList<byte[]> signers, byte[] signer) => signers.Any(candidate => candidate.AsSpan().SequenceEqual(signer));

    private static ulong NextEpoch(BlockContext context)
    {
        var epoch = SignerEpoch.Get(context.State) + 1;
        SignerEpoch.Set(context.State, epoch);
        return epoch;
    }
}
