using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;
using Beacon = Nsn.Protocol.Ledger.Pallets.Director.Beacon;

namespace Nsn.Ledger.Tests.Director;

public sealed class DirectorTests
{
    private static readonly string[] s_everyone = [.. DevAccounts.Directors];

    [Fact]
    public void Dev_genesis_has_directors_at_once_and_anybody_can_recompute_the_election()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        var epoch = Epochs.Find(chain.State.Storage, 0)!;
        Assert.Equal(5, epoch.Directors.Distinct().Count());
        Assert.Equal(EpochStatus.Active, epoch.Status);
        Assert.Equal((0u, 80u), (epoch.StartBlock, epoch.EndBlock));

        // The next election, from public state: the candidates were fixed 15 blocks before the end.
        chain.SealTo(74);
        var candidates = DirectorStorage.Candidates.Get(chain.State.Storage);
        Assert.Equal(10, candidates.Count);
        chain.Seal();
        var transcript = DirectorStorage.Transcripts.Get(chain.State.Storage, 1);
        Assert.True(Election.Verify(transcript, candidates, Epochs.RulesOf(chain.Runtime.Parameters)));
        Assert.Equal(transcript.Directors, Epochs.Find(chain.State.Storage, 1)!.Directors);
        Assert.Empty(transcript.Directors.Intersect(epoch.Directors));
    }

    [Fact]
    public void D2_slots_rotate_within_the_epochs_directors()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        var epoch = Epochs.Find(chain.State.Storage, 0)!;
        for (var slot = 0UL; slot < 10; slot++)
        {
            var proposers = epoch.ProposersOf(slot, chain.Runtime.Parameters);
            Assert.Equal(epoch.Directors[(int)(slot % 5)], proposers[0]);
            Assert.Equal(epoch.Directors.Order(), proposers.Order());
        }
    }

    [Fact]
    public void D3_epochs_alternate_and_never_run_empty()
    {
        var chain = new TestChain(GenesisPresets.Dev()) { Replay = false };
        for (var epoch = 1u; epoch <= 4; epoch++)
        {
            chain.SealTo(80 * epoch);
            var record = Epochs.Find(chain.State.Storage, epoch)!;
            Assert.Equal((5, EpochStatus.Active), (record.Directors.Count, record.Status));
            Assert.All(record.Directors, director => Assert.Equal(
                NodeRole.ActiveDirector, Staking.RoleOf(chain.State.Storage, chain.Runtime.Parameters, director)));
            var previous = Epochs.Find(chain.State.Storage, epoch - 1)!;
            Assert.Equal(EpochStatus.Completed, previous.Status);
            Assert.All(previous.Directors.Except(record.Directors), director => Assert.Equal(
                default, StakeStorage.NodeModes.Get(chain.State.Storage, director)));
        }
    }

    [Fact]
    public void D4_a_certificate_needs_three_signatures_of_the_epochs_directors()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.SealTo(8);
        var directors = Epochs.Find(chain.State.Storage, 0)!.Directors;
        chain.Fails(DirectorErrors.Malformed, "Viewer1", new DirectorCalls.SubmitCertificate([1, 2, 3]));

        // The same director three times, or outsiders, cannot be put into a certificate; a wrong signature is found.
        var good = Certify(chain, 1, 3);
        var forged = good.Encode();
        forged[^1] ^= 1;
        chain.Fails(DirectorErrors.InvalidSignature, "Viewer1", new DirectorCalls.SubmitCertificate(forged));
        chain.Fails(DirectorErrors.OutsideWindow, "Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 5, 3).Encode()));
        chain.Fails(DirectorErrors.NotAccepted, "Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 2, 3, verdict: Verdict.RejectScores).Encode()));
        chain.Fails(DirectorErrors.WrongEpoch, "Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 2, 3, epoch: 7).Encode()));
        var before = chain.Free("Viewer1");
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(good.Encode()));
        Assert.Equal(before, chain.Free("Viewer1"));
        Assert.Equal(SlotStatus.Submitted, DirectorStorage.SlotStatuses.Get(chain.State.Storage, 1));
        Assert.Equal(directors.Take(3), DirectorStorage.Results.Get(chain.State.Storage, 1).Signers);
        chain.Fails(DirectorErrors.ResultAlreadySubmitted, "Viewer1", new DirectorCalls.SubmitCertificate(good.Encode()));
        chain.SealTo(31);
        chain.Fails(DirectorErrors.OutsideWindow, "Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 2, 3).Encode()));
    }

    [Fact]
    public void D5_and_D7_a_result_becomes_final_on_time_and_only_signers_earn()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.SealTo(8);
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 1, 4).Encode()));
        chain.SealTo(59);
        Assert.Equal(SlotStatus.Submitted, DirectorStorage.SlotStatuses.Get(chain.State.Storage, 1));
        chain.Seal();
        Assert.Equal(SlotStatus.Finalized, DirectorStorage.SlotStatuses.Get(chain.State.Storage, 1));
        var accepted = chain.Events<ReputationEvents.ReputationRecorded>().Where(e => e.EventType == ReputationEventKind.DirectorSlotAccepted).ToArray();
        Assert.Equal(Epochs.Find(chain.State.Storage, 0)!.Directors.Take(4), accepted.Select(e => e.Account));
    }

    [Fact]
    public void D8_a_slot_without_a_certificate_is_missed_and_costs_reputation()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.SealTo(24);
        Assert.Equal(SlotStatus.Missed, DirectorStorage.SlotStatuses.Get(chain.State.Storage, 1));
        Assert.Equal(SlotStatus.Elected, DirectorStorage.SlotStatuses.Get(chain.State.Storage, 3));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 3)]
    [InlineData(2, 0)]
    public void D6_validators_decide_a_challenge_and_silence_harms_nobody(int agree, int disagree)
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.SealTo(8);
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 1, 3).Encode()));
        var directors = Epochs.Find(chain.State.Storage, 0)!.Directors;
        var director = s_everyone.First(name => directors.Contains(TestChain.Account(name)));
        chain.Fails(DirectorErrors.InsufficientChallengeStake, "Viewer1", new DirectorCalls.ChallengeResult(1, default));
        chain.Fails(DirectorErrors.Involved, director, new DirectorCalls.ChallengeResult(1, default));
        chain.Ok("Validator1", new DirectorCalls.ChallengeResult(1, default));
        chain.Fails(DirectorErrors.ChallengeExists, "Validator2", new DirectorCalls.ChallengeResult(1, default));
        chain.Fails(DirectorErrors.Involved, "Validator1", new DirectorCalls.VoteChallenge(1, true));
        chain.Fails(DirectorErrors.NotValidator, "Viewer1", new DirectorCalls.VoteChallenge(1, true));
        var voters = DevAccounts.SuperNodes.Take(agree + disagree).ToArray();
        for (var i = 0; i < voters.Length; i++)
        {
            chain.Ok(voters[i], new DirectorCalls.VoteChallenge(1, i < agree));
        }

        var bonded = chain.Balance("Validator1");
        chain.SealTo(chain.State.Number + 55);
        var after = chain.Balance("Validator1");
        var upheld = agree >= 3;
        var rejected = disagree >= 3;
        Assert.Equal(upheld ? SlotStatus.Failed : SlotStatus.Finalized, DirectorStorage.SlotStatuses.Get(chain.State.Storage, 1));
        Assert.Equal(!upheld, DirectorStorage.Results.Get(chain.State.Storage, 1).Success);
        Assert.Equal(bonded.Reserved - Units.Nsn(25), after.Reserved);
        Assert.Equal(bonded.Free + (rejected ? 0 : Units.Nsn(25)) + (upheld ? Units.Nsn(10) : 0), after.Free);
        var stakes = directors.Select(d => Staking.Of(chain.State.Storage, d).Amount).ToArray();
        Assert.Equal(upheld ? [100, 100, 100, 200, 200] : new ulong[] { 200, 200, 200, 200, 200 }, stakes.Select(stake => (ulong)(stake / Units.OneNsn)));
        var vote = Reputations.At(chain.State.Storage, chain.Runtime.Parameters, TestChain.Account("SuperNode1"), chain.State.Number);
        Assert.Equal(upheld || rejected ? 5UL : 0UL, vote.Validator);
    }

    [Fact]
    public void D12_a_challenger_needs_a_validators_stake_and_a_bond_that_backs_nothing_else()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.SealTo(8);
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 1, 3).Encode()));

        // Any stake is not enough: a relay's 5 NSN are no validator's 10.
        chain.Ok("Viewer2", new StakeCalls.DepositStake(Units.Nsn(5), 0, Region.Apac));
        chain.Fails(DirectorErrors.InsufficientChallengeStake, "Viewer2", new DirectorCalls.ChallengeResult(1, default));

        // Nor is a bond that is there only once: whose balance is all staked or spent has none.
        chain.Ok("Validator1", new BalancesCalls.TransferKeepAlive(TestChain.Account("Viewer1"), chain.Free("Validator1") - Units.Nsn(24)));
        chain.Fails(DispatchError.FundsUnavailable, "Validator1", new DirectorCalls.ChallengeResult(1, default));
        var before = chain.Balance("Validator2");
        chain.Ok("Validator2", new DirectorCalls.ChallengeResult(1, default));
        Assert.Equal(before.Reserved + Units.Nsn(25), chain.Balance("Validator2").Reserved);
        Assert.Equal(Units.Nsn(25), Tokens.HeldFor(chain.State.Storage, HoldReason.ChallengeBond, TestChain.Account("Validator2")));
        Assert.Equal(Units.Nsn(20), Staking.Of(chain.State.Storage, TestChain.Account("Validator2")).Amount);
    }

    [Fact]
    public void D10_and_slots_from_the_first_on_have_directors()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.Ok("Viewer1", new DirectorCalls.SubmitCertificate(Certify(chain, 0, 5).Encode()));
        Assert.Equal(5, DirectorStorage.Results.Get(chain.State.Storage, 0).Signers.Count);
    }

    [Fact]
    public void D11_an_epoch_without_enough_directors_says_so_and_recovers()
    {
        var chain = new TestChain(GenesisPresets.Dev() with { Stakes = [] }) { Replay = false };
        Assert.Equal(EpochStatus.Degraded, Epochs.Find(chain.State.Storage, 0)!.Status);
        foreach (var (name, index) in DevAccounts.Directors.Select((name, index) => (name, index)))
        {
            chain.Submit(name, new StakeCalls.DepositStake(Units.Nsn(100), 0, (Region)(index % 7)));
        }

        chain.SealTo(8);
        var epoch = Epochs.Find(chain.State.Storage, 0)!;
        Assert.Equal((EpochStatus.Active, 5), (epoch.Status, epoch.Directors.Count));
    }

    [Fact]
    public void S2_directors_without_their_stake_do_not_count_and_do_not_take_over()
    {
        var chain = new TestChain(GenesisPresets.Dev()) { Replay = false };
        chain.SealTo(76);
        var elected = Epochs.Find(chain.State.Storage, 1)!.Directors;
        var running = Epochs.Find(chain.State.Storage, 0)!.Directors;
        chain.Fails(StakeErrors.StakeLocked, Name(elected[0]), new StakeCalls.WithdrawStake(Units.Nsn(150)));
        chain.SealTo(81);
        chain.Fails(StakeErrors.InService, Name(elected[0]), new StakeCalls.WithdrawStake(Units.Nsn(150)));
        chain.Ok(Name(running[0]), new StakeCalls.WithdrawStake(Units.Nsn(150)));
        Assert.Equal(NodeRole.SuperNode, Staking.RoleOf(chain.State.Storage, chain.Runtime.Parameters, running[0]));

        // On deck for epoch 2, one loses its stake by two equivocations before it begins.
        chain.SealTo(156);
        var next = Epochs.Find(chain.State.Storage, 2)!.Directors;
        var again = next.First(director => running.Contains(director));
        chain.Ok("Viewer1", new DirectorCalls.ReportEquivocation(Vote(chain, Name(again), 3, 1), Vote(chain, Name(again), 3, 2)));
        chain.Ok("Viewer1", new DirectorCalls.ReportEquivocation(Vote(chain, Name(again), 4, 1), Vote(chain, Name(again), 4, 2)));
        chain.SealTo(160);
        var epoch = Epochs.Find(chain.State.Storage, 2)!;
        Assert.DoesNotContain(again, epoch.Directors);
        Assert.Equal((5, EpochStatus.Active), (epoch.Directors.Count, epoch.Status));
        Assert.All(epoch.Directors, director => Assert.True(Staking.IsDirectorGrade(chain.State.Storage, chain.Runtime.Parameters, director)));

        static string Name(AccountId account) => s_everyone.First(name => TestChain.Account(name) == account);
    }

    [Fact]
    public void Equivocation_convicts_once_and_only_elected_directors()
    {
        var chain = new TestChain(GenesisPresets.Dev());
        chain.SealTo(8);
        var directors = Epochs.Find(chain.State.Storage, 0)!.Directors;
        var guilty = s_everyone.First(name => directors.Contains(TestChain.Account(name)));
        var outsider = s_everyone.First(name => !directors.Contains(TestChain.Account(name)));
        var first = Vote(chain, guilty, 1, 1);
        var second = Vote(chain, guilty, 1, 2);
        chain.Fails(DirectorErrors.NotEquivocation, "Viewer1", new DirectorCalls.ReportEquivocation(first, first));
        chain.Fails(DirectorErrors.NotElectedDirector, "Viewer1", new DirectorCalls.ReportEquivocation(Vote(chain, outsider, 1, 1), Vote(chain, outsider, 1, 2)));
        chain.Fails(DirectorErrors.Involved, guilty, new DirectorCalls.ReportEquivocation(first, second));
        var before = chain.Free("Viewer1");
        chain.Ok("Viewer1", new DirectorCalls.ReportEquivocation(first, second));
        Assert.Equal(before + Units.Nsn(10), chain.Free("Viewer1"));
        Assert.Equal(Units.Nsn(100), Staking.Of(chain.State.Storage, TestChain.Account(guilty)).Amount);
        chain.Fails(DirectorErrors.AlreadyPunished, "Viewer1", new DirectorCalls.ReportEquivocation(second, first));

        // Again in another slot: now the stake is gone, the role with it, and the signature no longer counts.
        chain.Ok("Viewer1", new DirectorCalls.ReportEquivocation(Vote(chain, guilty, 2, 1), Vote(chain, guilty, 2, 2)));
        Assert.False(Staking.IsDirectorGrade(chain.State.Storage, chain.Runtime.Parameters, TestChain.Account(guilty)));
        var place = directors.ToList().IndexOf(TestChain.Account(guilty));
        var certificate = Certify(chain, 2, 3, include: place);
        chain.Fails(DirectorErrors.InsufficientAgreement, "Viewer1", new DirectorCalls.SubmitCertificate(certificate.Encode()));
    }

    [Fact]
    public void D1_directors_add_secrets_to_the_beacon_after_the_candidates_are_fixed()
    {
        var chain = new TestChain(GenesisPresets.Dev()) { Replay = false };
        var directors = Epochs.Find(chain.State.Storage, 0)!.Directors;
        var names = s_everyone.Where(name => directors.Contains(TestChain.Account(name))).ToArray();
        var secret = Blake2b.Hash256([42]);
        chain.Ok(names[0], new DirectorCalls.CommitBeacon(Beacon.CommitmentOf(secret, TestChain.Account(names[0]))));
        chain.Ok(names[1], new DirectorCalls.CommitBeacon(Beacon.CommitmentOf(secret, TestChain.Account(names[1]))));
        chain.Fails(DirectorErrors.OutsideWindow, names[0], new DirectorCalls.RevealBeacon(secret));
        chain.Fails(DirectorErrors.NotElectedDirector, "Viewer1", new DirectorCalls.CommitBeacon(secret));
        chain.SealTo(65);
        chain.Fails(DirectorErrors.OutsideWindow, names[2], new DirectorCalls.CommitBeacon(secret));
        chain.Fails(DirectorErrors.CommitMismatch, names[0], new DirectorCalls.RevealBeacon(default));
        var without = new TestChain(GenesisPresets.Dev()) { Replay = false };
        chain.Ok(names[0], new DirectorCalls.RevealBeacon(secret));
        chain.SealTo(75);
        without.SealTo(75);
        Assert.NotEqual(Epochs.Find(without.State.Storage, 1)!.Randomness, Epochs.Find(chain.State.Storage, 1)!.Randomness);
        Assert.Contains(chain.Events<ReputationEvents.ReputationRecorded>(), e => e.Account == TestChain.Account(names[1]) && e.EventType == ReputationEventKind.DirectorSlotMissed);
    }

    [Fact]
    public void D1_directors_commit_from_their_election_on_so_that_a_short_epoch_leaves_them_time()
    {
        var chain = new TestChain(GenesisPresets.Dev()) { Replay = false };
        chain.SealTo(75);
        var next = Epochs.Find(chain.State.Storage, 1)!.Directors;
        var onDeck = s_everyone.First(name => TestChain.Account(name) == next[0]);
        var neither = s_everyone.FirstOrDefault(name => !next.Contains(TestChain.Account(name)) && !Epochs.Find(chain.State.Storage, 0)!.Directors.Contains(TestChain.Account(name)));
        var secret = Blake2b.Hash256([7]);
        chain.Ok(onDeck, new DirectorCalls.CommitBeacon(Beacon.CommitmentOf(secret, next[0])));
        Assert.True(DirectorStorage.BeaconCommits.Contains(chain.State.Storage, 2, next[0]));
        Assert.False(DirectorStorage.BeaconCommits.Contains(chain.State.Storage, 1, next[0]));
        chain.Fails(DirectorErrors.NotElectedDirector, neither ?? "Viewer1", new DirectorCalls.CommitBeacon(secret));
        chain.SealTo(145);
        chain.Ok(onDeck, new DirectorCalls.RevealBeacon(secret));
        chain.SealTo(155);
        Assert.Empty(DirectorStorage.BeaconCommits.Entries(chain.State.Storage, 2));
        var without = new TestChain(GenesisPresets.Dev()) { Replay = false };
        without.SealTo(155);
        Assert.NotEqual(Epochs.Find(without.State.Storage, 2)!.Randomness, Epochs.Find(chain.State.Storage, 2)!.Randomness);
    }

    private static Certificate Certify(TestChain chain, ulong slot, int signers, Verdict verdict = Verdict.Accept, uint? epoch = null, int? include = null)
    {
        var directors = Epochs.Find(chain.State.Storage, chain.Runtime.Parameters.EpochOfSlot(slot))!.Directors;
        var statement = Statement(chain, slot, 1) with { Verdict = verdict, Epoch = epoch ?? chain.Runtime.Parameters.EpochOfSlot(slot) };
        var places = Enumerable.Range(0, 5).OrderBy(place => place == include ? -1 : place).Take(signers).Order();
        var votes = places.Select(place => Nsn.Protocol.Certificates.Vote.Sign(
            TestChain.Signer(s_everyone.First(name => TestChain.Account(name) == directors[place])), statement)).ToArray();
        return Certificate.Create(new EpochDirectors(chain.State.GenesisHash, statement.Epoch, [.. directors]), votes);
    }

    private static byte[] Vote(TestChain chain, string director, ulong slot, byte content)
    {
        var writer = new ScaleWriter();
        Nsn.Protocol.Certificates.Vote.Write(writer, Nsn.Protocol.Certificates.Vote.Sign(TestChain.Signer(director), Statement(chain, slot, content)));
        return writer.ToArray();
    }

    private static SlotStatement Statement(TestChain chain, ulong slot, byte content) => new()
    {
        ChainId = chain.State.GenesisHash,
        Epoch = chain.Runtime.Parameters.EpochOfSlot(slot),
        Slot = slot,
        RecipeHash = Blake2b.Hash256([1]),
        ModelPackHash = Blake2b.Hash256([2]),
        ContentRoot = Blake2b.Hash256([content]),
        EmbeddingHash = Blake2b.Hash256([4]),
        Verdict = Verdict.Accept,
    };
}
