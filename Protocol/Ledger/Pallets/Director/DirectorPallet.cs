using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>Who directs, what they certified, and what becomes of it.</summary>
public static class DirectorPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnDirector";

    internal const byte Index = 52;
    private static readonly Codec<IReadOnlyList<AccountId>> s_accounts = Codec.Vector(Codec.Account, 64);

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(Index, Name)
    {
        Calls =
        [
            CallDefinition.Signed<DirectorCalls.SubmitCertificate>(0, "submit_certificate", (5 * Weights.Signature) + Weights.Of(12, 8),
                Codec.Record<DirectorCalls.SubmitCertificate>("submit_certificate")
                    .With("certificate", Codec.Bytes(4096), static c => c.Certificate).Build(static certificate => new(certificate)),
                Slots.Submit),
            CallDefinition.Signed<DirectorCalls.ChallengeResult>(1, "challenge_result", Weights.Of(8, 7),
                Codec.Record<DirectorCalls.ChallengeResult>("challenge_result")
                    .With("slot", Codec.U64, static c => c.Slot).With("evidence_hash", Codec.Hash, static c => c.EvidenceHash)
                    .Build(static (slot, evidence) => new(slot, evidence)),
                Challenges.Open),
            CallDefinition.Signed<DirectorCalls.VoteChallenge>(2, "vote_challenge", Weights.Of(8, 10),
                Codec.Record<DirectorCalls.VoteChallenge>("vote_challenge")
                    .With("slot", Codec.U64, static c => c.Slot).With("uphold", Codec.Bool, static c => c.Uphold).Build(static (slot, uphold) => new(slot, uphold)),
                Challenges.Vote),
            CallDefinition.Signed<DirectorCalls.ReportEquivocation>(3, "report_equivocation", (2 * Weights.Signature) + Weights.Of(210, 410),
                Codec.Record<DirectorCalls.ReportEquivocation>("report_equivocation")
                    .With("first", Codec.Bytes(1024), static c => c.First).With("second", Codec.Bytes(1024), static c => c.Second)
                    .Build(static (first, second) => new(first, second)),
                Equivocation.Report),
            CallDefinition.Signed<DirectorCalls.CommitBeacon>(4, "commit_beacon", Weights.Of(3, 1),
                Codec.Record<DirectorCalls.CommitBeacon>("commit_beacon")
                    .With("commitment", Codec.Hash, static c => c.Commitment).Build(static commitment => new(commitment)),
                Beacon.Commit),
            CallDefinition.Signed<DirectorCalls.RevealBeacon>(5, "reveal_beacon", Weights.Of(4, 1),
                Codec.Record<DirectorCalls.RevealBeacon>("reveal_beacon").With("secret", Codec.Hash, static c => c.Secret).Build(static secret => new(secret)),
                Beacon.Reveal),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<DirectorEvents.SlotStarted>("SlotStarted").With("slot", Codec.U64, static e => e.Slot).Build(static slot => new(slot))),
            EventDefinition.Of(1, Codec.Record<DirectorEvents.OnDeckElection>("OnDeckElection")
                .With("epoch", Codec.U32, static e => e.Epoch).With("directors", s_accounts, static e => e.Directors).With("start_block", Codec.U32, static e => e.StartBlock)
                .Build(static (epoch, directors, start) => new(epoch, directors, start))),
            EventDefinition.Of(2, Codec.Record<DirectorEvents.EpochStarted>("EpochStarted")
                .With("epoch", Codec.U32, static e => e.Epoch).With("directors", s_accounts, static e => e.Directors).With("end_block", Codec.U32, static e => e.EndBlock)
                .Build(static (epoch, directors, end) => new(epoch, directors, end))),
            EventDefinition.Of(3, Codec.Record<DirectorEvents.EpochDegraded>("EpochDegraded").With("epoch", Codec.U32, static e => e.Epoch).Build(static epoch => new(epoch))),
            EventDefinition.Of(4, Codec.Record<DirectorEvents.EpochCompleted>("EpochCompleted").With("epoch", Codec.U32, static e => e.Epoch).Build(static epoch => new(epoch))),
            EventDefinition.Of(5, Codec.Record<DirectorEvents.BftResultPending>("BftResultPending")
                .With("slot", Codec.U64, static e => e.Slot).With("content_root", Codec.Hash, static e => e.ContentRoot)
                .With("submitter", Codec.Account, static e => e.Submitter).With("deadline", Codec.U32, static e => e.Deadline)
                .Build(static (slot, root, submitter, deadline) => new(slot, root, submitter, deadline))),
            EventDefinition.Of(6, Codec.Record<DirectorEvents.BftConsensusFinalized>("BftConsensusFinalized")
                .With("slot", Codec.U64, static e => e.Slot).With("success", Codec.Bool, static e => e.Success).Build(static (slot, success) => new(slot, success))),
            EventDefinition.Of(7, Codec.Record<DirectorEvents.SlotFailed>("SlotFailed").With("slot", Codec.U64, static e => e.Slot).Build(static slot => new(slot))),
            EventDefinition.Of(8, Codec.Record<DirectorEvents.BftChallenged>("BftChallenged")
                .With("slot", Codec.U64, static e => e.Slot).With("challenger", Codec.Account, static e => e.Challenger)
                .With("evidence_hash", Codec.Hash, static e => e.EvidenceHash).With("deadline", Codec.U32, static e => e.Deadline)
                .Build(static (slot, challenger, evidence, deadline) => new(slot, challenger, evidence, deadline))),
            EventDefinition.Of(9, Codec.Record<DirectorEvents.ChallengeVoted>("ChallengeVoted")
                .With("slot", Codec.U64, static e => e.Slot).With("validator", Codec.Account, static e => e.Validator).With("uphold", Codec.Bool, static e => e.Uphold)
                .Build(static (slot, validator, uphold) => new(slot, validator, uphold))),
            EventDefinition.Of(10, Codec.Record<DirectorEvents.ChallengeUpheld>("ChallengeUpheld")
                .With("slot", Codec.U64, static e => e.Slot).With("challenger", Codec.Account, static e => e.Challenger).With("slashed", Codec.U128, static e => e.Slashed)
                .Build(static (slot, challenger, slashed) => new(slot, challenger, slashed))),
            EventDefinition.Of(11, Challenged<DirectorEvents.ChallengeRejected>(static e => e.Slot, static e => e.Challenger, static (s, c) => new(s, c))),
            EventDefinition.Of(12, Challenged<DirectorEvents.ChallengeExpired>(static e => e.Slot, static e => e.Challenger, static (s, c) => new(s, c))),
            EventDefinition.Of(13, Codec.Record<DirectorEvents.EquivocationProven>("EquivocationProven")
                .With("slot", Codec.U64, static e => e.Slot).With("director", Codec.Account, static e => e.Director).With("slashed", Codec.U128, static e => e.Slashed)
                .Build(static (slot, director, slashed) => new(slot, director, slashed))),
            EventDefinition.Of(14, Codec.Record<DirectorEvents.ResultVoided>("ResultVoided").With("slot", Codec.U64, static e => e.Slot).Build(static slot => new(slot))),
        ],
        Errors = DirectorErrors.All,
        Storage =
        [
            DirectorStorage.CurrentSlot, DirectorStorage.CurrentEpoch, DirectorStorage.Epochs, DirectorStorage.Transcripts, DirectorStorage.Candidates,
            DirectorStorage.Cooldowns, DirectorStorage.BeaconAccumulator, DirectorStorage.BeaconAtClose, DirectorStorage.BeaconCommits,
            DirectorStorage.BeaconReveals, DirectorStorage.SlotStatuses, DirectorStorage.Results, DirectorStorage.Certificates,
            DirectorStorage.Challenges, DirectorStorage.ChallengeVotes, DirectorStorage.Equivocations,
        ],
        Constants = static p =>
        [
            PalletConstant.Of("BlocksPerSlot", Codec.U32, p.BlocksPerSlot),
            PalletConstant.Of("BlocksPerEpoch", Codec.U32, p.BlocksPerEpoch),
            PalletConstant.Of("OnDeckBlocks", Codec.U32, p.OnDeckBlocks),
            PalletConstant.Of("ChallengeBlocks", Codec.U32, p.ChallengeBlocks),
        ],
        OnInitialize = Epochs.OnInitialize,
        OnDue = Slots.OnDue,
    };

    private static Codec<T> Challenged<T>(Func<T, ulong> slot, Func<T, AccountId> challenger, Func<ulong, AccountId, T> make) =>
        Codec.Record<T>(typeof(T).Name).With("slot", Codec.U64, slot).With("challenger", Codec.Account, challenger).Build(make);
}
