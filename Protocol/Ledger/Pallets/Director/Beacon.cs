using System.Text;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>
/// The value that decides an election. It grows out of the one before, the certificates of the epoch, and secrets of the epoch's directors, who commit to them before
/// the candidates are fixed and reveal them after. So when candidates can still join, nobody knows the value; when secrets are revealed, nobody can join.
/// </summary>
/// <remarks>
/// Not promised: the last director to reveal can choose between two values by keeping its secret back, at the price of a missed slot. Without any commitment the value
/// is known to whoever sees the last certificate before the candidates are fixed.
/// </remarks>
public static class Beacon
{
    private static readonly byte[] s_certificateTag = Encoding.ASCII.GetBytes("nsn/beacon/certificate");
    private static readonly byte[] s_valueTag = Encoding.ASCII.GetBytes("nsn/beacon/value");
    private static readonly byte[] s_genesisTag = Encoding.ASCII.GetBytes("nsn/beacon/genesis");

    /// <summary>What a director commits to.</summary>
    public static Hash256 CommitmentOf(Hash256 secret, in AccountId director)
    {
        Span<byte> input = stackalloc byte[64];
        secret.AsSpan().CopyTo(input);
        director.AsSpan().CopyTo(input[32..]);
        return Blake2b.Hash256(input);
    }

    internal static Hash256 Genesis(string chainName)
    {
        var writer = new ScaleWriter();
        writer.WriteFixed(s_genesisTag);
        writer.WriteString(chainName);
        return Blake2b.Hash256(writer.WrittenSpan);
    }

    /// <summary>Mixes in an accepted certificate.</summary>
    internal static void Accumulate(BlockContext context, ReadOnlySpan<byte> certificate)
    {
        var writer = new ScaleWriter();
        writer.WriteFixed(s_certificateTag);
        writer.WriteFixed(DirectorStorage.BeaconAccumulator.Get(context.State).AsSpan());
        writer.WriteFixed(Blake2b.Hash256(certificate).AsSpan());
        DirectorStorage.BeaconAccumulator.Set(context.State, Blake2b.Hash256(writer.WrittenSpan));
    }

    /// <summary>The value for an election; the next one grows out of it.</summary>
    internal static Hash256 Draw(BlockContext context, uint epoch, uint round)
    {
        var writer = new ScaleWriter();
        writer.WriteFixed(s_valueTag);
        writer.WriteFixed((DirectorStorage.BeaconAtClose.TryGet(context.State, out var closed) ? closed : DirectorStorage.BeaconAccumulator.Get(context.State)).AsSpan());
        writer.WriteU32(epoch);
        writer.WriteU32(round);
        foreach (var (director, secret) in DirectorStorage.BeaconReveals.Entries(context.State, epoch).OrderBy(static entry => entry.Key))
        {
            writer.WriteFixed(director.AsSpan());
            writer.WriteFixed(secret.AsSpan());
        }

        var value = Blake2b.Hash256(writer.WrittenSpan);
        Accumulate(context, value.AsSpan());
        return value;
    }

    internal static DispatchResult Commit(BlockContext context, AccountId who, DirectorCalls.CommitBeacon call)
    {
        // A director commits for the election that its epoch ends with; as soon as it is elected, so that a short epoch leaves it time.
        var epoch = Epochs.Current(context);
        var serves = epoch.Directors.Contains(who);
        uint electing;
        if (serves && context.Number < Epochs.CloseBlock(context.Parameters, epoch))
        {
            electing = epoch.Id + 1;
        }
        else if (Epochs.Find(context.State, epoch.Id + 1)?.Directors.Contains(who) == true)
        {
            electing = epoch.Id + 2;
        }
        else
        {
            return serves ? DirectorErrors.OutsideWindow : DirectorErrors.NotElectedDirector;
        }

        DirectorStorage.BeaconCommits.Set(context.State, electing, who, call.Commitment);
        return DispatchResult.OkWithoutFee;
    }

    internal static DispatchResult Reveal(BlockContext context, AccountId who, DirectorCalls.RevealBeacon call)
    {
        var epoch = Epochs.Current(context);
        if (context.Number < Epochs.CloseBlock(context.Parameters, epoch) || context.Number >= epoch.EndBlock - context.Parameters.OnDeckBlocks)
        {
            return DirectorErrors.OutsideWindow;
        }

        if (!DirectorStorage.BeaconCommits.TryGet(context.State, epoch.Id + 1, who, out var commitment) || commitment != CommitmentOf(call.Secret, who))
        {
            return DirectorErrors.CommitMismatch;
        }

        DirectorStorage.BeaconReveals.Set(context.State, epoch.Id + 1, who, call.Secret);
        return DispatchResult.OkWithoutFee;
    }

    /// <summary>Forgets what was committed and revealed for the election of an epoch.</summary>
    internal static void Forget(BlockContext context, uint epoch)
    {
        foreach (var (director, _) in DirectorStorage.BeaconCommits.Entries(context.State, epoch).ToArray())
        {
            DirectorStorage.BeaconCommits.Remove(context.State, epoch, director);
            DirectorStorage.BeaconReveals.Remove(context.State, epoch, director);
        }
    }
}
