using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>The life of epochs: candidates are fixed, the next set is elected, it takes over.</summary>
public static class Epochs
{
    /// <summary>The running epoch.</summary>
    public static EpochRecord Current(BlockContext context) => DirectorStorage.Epochs.Get(context.State, DirectorStorage.CurrentEpoch.Get(context.State));

    /// <summary>An epoch that is elected, running, or over and still remembered; null otherwise.</summary>
    public static EpochRecord? Find(IStateReader state, uint epoch) => DirectorStorage.Epochs.TryGet(state, epoch, out var record) ? record : null;

    /// <summary>Whether an account directs the running or the next epoch.</summary>
    public static bool IsServing(BlockContext context, AccountId who)
    {
        var current = DirectorStorage.CurrentEpoch.Get(context.State);
        return Find(context.State, current)?.Directors.Contains(who) == true || Find(context.State, current + 1)?.Directors.Contains(who) == true;
    }

    /// <summary>The candidates that an election for an epoch would have now, in any order.</summary>
    public static IEnumerable<ElectionCandidate> CandidatesFor(IStateReader state, LedgerParameters parameters, uint block, uint epoch)
    {
        foreach (var account in Staking.AtLeast(state, NodeRole.Director, parameters.CandidatesMax))
        {
            var stake = Staking.Of(state, account);
            var served = DirectorStorage.Cooldowns.Get(state, account);
            yield return new ElectionCandidate(
                account,
                stake.Region,
                stake.Amount + stake.DelegatedToMe,
                Reputations.At(state, parameters, account, block).Total,
                served > 0 && epoch <= served - 1 + parameters.CooldownEpochs);
        }
    }

    /// <summary>The rules of elections under these constants.</summary>
    public static ElectionRules RulesOf(LedgerParameters parameters) => new(parameters.DirectorsPerEpoch, parameters.DirectorsPerRegionMax);

    /// <summary>The block at whose start the candidates of the epoch after are fixed.</summary>
    public static uint CloseBlock(LedgerParameters parameters, EpochRecord epoch) => epoch.EndBlock - (3 * parameters.OnDeckBlocks);

    /// <summary>Elects and starts epoch 0, in block 0.</summary>
    internal static void Begin(BlockContext context, string chainName)
    {
        DirectorStorage.BeaconAccumulator.Set(context.State, Beacon.Genesis(chainName));
        Elect(context, 0, 0, [.. CandidatesFor(context.State, context.Parameters, 0, 0)]);
        Activate(context, 0);
    }

    internal static void OnInitialize(BlockContext context)
    {
        var epoch = Current(context);
        if (context.Number == epoch.EndBlock)
        {
            TakeOver(context, epoch);
            epoch = Current(context);
        }

        if (context.Number == CloseBlock(context.Parameters, epoch))
        {
            FixCandidates(context, epoch.Id + 1);
        }

        if (context.Number == epoch.EndBlock - context.Parameters.OnDeckBlocks)
        {
            ElectNext(context, epoch);
        }

        if (context.Number % context.Parameters.BlocksPerSlot == 0)
        {
            if (!epoch.IsStaffed)
            {
                TryAgain(context, epoch);
            }

            Slots.Start(context, context.Parameters.SlotOf(context.Number), Current(context));
        }
    }

    private static void FixCandidates(BlockContext context, uint epoch)
    {
        DirectorStorage.BeaconAtClose.Set(context.State, DirectorStorage.BeaconAccumulator.Get(context.State));
        DirectorStorage.Candidates.Set(
            context.State,
            [.. CandidatesFor(context.State, context.Parameters, context.Number, epoch).OrderBy(static candidate => candidate.Account)]);
    }

    private static void ElectNext(BlockContext context, EpochRecord current)
    {
        PunishWithheldSecrets(context, current.Id + 1);
        var next = Elect(context, current.Id + 1, 0, DirectorStorage.Candidates.Get(context.State));
        context.Deposit(new DirectorEvents.OnDeckElection(next.Id, next.Directors, next.StartBlock));
        foreach (var director in next.Directors.Where(director => !current.Directors.Contains(director)))
        {
            // Who directs the running epoch as well goes on to its end.
            Staking.SetDuty(context, director, DirectorDuty.Reserve);
            Staking.SetMode(context, director, new NodeMode(NodeModeKind.Draining, next.StartBlock));
        }
    }

    private static void PunishWithheldSecrets(BlockContext context, uint epoch)
    {
        foreach (var (director, _) in DirectorStorage.BeaconCommits.Entries(context.State, epoch).ToArray())
        {
            if (!DirectorStorage.BeaconReveals.Contains(context.State, epoch, director))
            {
                Reputations.Record(context, director, ReputationEventKind.DirectorSlotMissed, context.Parameters.SlotOf(context.Number));
            }
        }
    }

    private static EpochRecord Elect(BlockContext context, uint epoch, uint round, IReadOnlyList<ElectionCandidate> fixedCandidates)
    {
        // Those whose stake is gone since are out, whatever they had when the candidates were fixed.
        var candidates = fixedCandidates.Where(candidate => Staking.IsDirectorGrade(context.State, context.Parameters, candidate.Account));
        var transcript = Election.Hold(epoch, round, Beacon.Draw(context, epoch, round), candidates, RulesOf(context.Parameters));
        DirectorStorage.Transcripts.Set(context.State, epoch, transcript);
        DirectorStorage.Candidates.Remove(context.State);
        DirectorStorage.BeaconAtClose.Remove(context.State);
        Beacon.Forget(context, epoch);
        var full = transcript.Seats.Count == context.Parameters.DirectorsPerEpoch;
        var start = context.Parameters.FirstBlockOfEpoch(epoch);
        var record = new EpochRecord(
            epoch, start, start + context.Parameters.BlocksPerEpoch, full ? transcript.Directors : [], full ? EpochStatus.Scheduled : EpochStatus.Degraded, transcript.Beacon);
        DirectorStorage.Epochs.Set(context.State, epoch, record);
        return record;
    }

    private static void TakeOver(BlockContext context, EpochRecord current)
    {
        DirectorStorage.Epochs.Set(context.State, current.Id, current with { Status = EpochStatus.Completed });
        context.Deposit(new DirectorEvents.EpochCompleted(current.Id));
        Agenda.AgendaPallet.Schedule(context, context.Number + context.Parameters.RetentionBlocks, DirectorPallet.Index, DirectorDuties.ForgetEpoch, Codecs.Codec.U32.Encode(current.Id));
        var next = DirectorStorage.Epochs.Get(context.State, current.Id + 1);
        DirectorStorage.CurrentEpoch.Set(context.State, next.Id);
        if (next.Directors.Any(director => !Staking.IsDirectorGrade(context.State, context.Parameters, director)))
        {
            // Somebody lost the stake since the election: the whole set is elected anew, and what the old one certified ahead of its time is void.
            Stand(context, next.Directors);
            Slots.Void(context, next);
            Beacon.Forget(context, next.Id + 1); // The old set may have committed already.
            next = Elect(context, next.Id, 1, [.. CandidatesFor(context.State, context.Parameters, context.Number, next.Id)]);
        }

        Stand(context, current.Directors.Except(next.Directors));
        Activate(context, next.Id);
    }

    private static void TryAgain(BlockContext context, EpochRecord epoch)
    {
        var round = DirectorStorage.Transcripts.Get(context.State, epoch.Id).Round + 1;
        Elect(context, epoch.Id, round, [.. CandidatesFor(context.State, context.Parameters, context.Number, epoch.Id)]);
        Activate(context, epoch.Id);
    }

    private static void Activate(BlockContext context, uint epoch)
    {
        var record = DirectorStorage.Epochs.Get(context.State, epoch);
        if (!record.IsStaffed)
        {
            context.Deposit(new DirectorEvents.EpochDegraded(epoch));
            return;
        }

        DirectorStorage.Epochs.Set(context.State, epoch, record with { Status = EpochStatus.Active });
        foreach (var director in record.Directors)
        {
            Staking.SetDuty(context, director, DirectorDuty.Active);
            Staking.SetMode(context, director, new NodeMode(NodeModeKind.Lane0Active, record.EndBlock));
            DirectorStorage.Cooldowns.Set(context.State, director, epoch + 1);
        }

        context.Deposit(new DirectorEvents.EpochStarted(epoch, record.Directors, record.EndBlock));
    }

    private static void Stand(BlockContext context, IEnumerable<AccountId> directors)
    {
        foreach (var director in directors)
        {
            Staking.SetDuty(context, director, DirectorDuty.Reserve);
            Staking.SetMode(context, director, default);
        }
    }
}
