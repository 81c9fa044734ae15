using FsCheck;
using FsCheck.Fluent;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Bootstrap;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Storage;
using Nsn.Protocol.Ledger.Pallets.Sudo;
using Nsn.Protocol.Ledger.Pallets.TaskMarket;
using Nsn.Protocol.Ledger.Pallets.Treasury;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Ledger.Tests.Invariants;

/// <summary>Any sequence of calls, by anybody, in any order: all invariants hold after each block.</summary>
public sealed class RandomCallsTests
{
    private static readonly string[] s_actors = [.. DevAccounts.Directors.Take(4), .. DevAccounts.SuperNodes, .. DevAccounts.Validators, "Viewer1", "Requester1", "Viewer2"];
    private int _applied;

    [Fact]
    public void Invariants_hold_under_any_sequence_of_calls()
    {
        var sequence = Gen.Choose(0, int.MaxValue - 1).ListOf(260).ToArbitrary();
        Prop.ForAll(sequence, seeds => Run(seeds)).Check(Config.QuickThrowOnFailure.WithMaxTest(12).WithReplay(20_261_127UL, 17UL));
        Assert.True(_applied > 500, $"Only {_applied} of the random calls took effect: the test tests too little.");
    }

    private void Run(List<int> seeds)
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        var index = 0;
        foreach (var seed in seeds)
        {
            var random = new Random(seed);
            var who = s_actors[random.Next(s_actors.Length)];
            chain.Submit(who, Next(chain, random, who));
            if (random.Next(3) == 0)
            {
                Certify(chain, random);
            }

            if (++index % 2 == 0)
            {
                var before = chain.State;
                var block = chain.Seal();
                _applied += block.Outcomes.Count(outcome => !outcome.Result.IsError) - 1;
                LedgerInvariants.Check(chain.Runtime, before, block);
            }
        }

        // Whatever was begun ends by itself.
        for (var i = 0; i < 90; i++)
        {
            var before = chain.State;
            LedgerInvariants.Check(chain.Runtime, before, chain.Seal());
        }

        Assert.DoesNotContain(TaskStorage.Tasks.Entries(chain.State.Storage), entry => !entry.Value.IsOver && entry.Value.Terms.Deadline + 12 < chain.State.Number);
        Assert.Empty(DirectorStorage.Challenges.Entries(chain.State.Storage));
    }

    private static void Certify(TestChain chain, Random random)
    {
        var slot = chain.Runtime.Parameters.SlotOf(chain.State.Number + 1) + (ulong)random.Next(2);
        if (Epochs.Find(chain.State.Storage, chain.Runtime.Parameters.EpochOfSlot(slot)) is { IsStaffed: true })
        {
            chain.Submit("Gateway", new DirectorCalls.SubmitCertificate(TestNetworks.Certify(chain, slot, random.Next(3, 6), (byte)random.Next(3)).Encode()));
        }
    }

    private static Call Next(TestChain chain, Random random, string who)
    {
        var other = TestChain.Account(s_actors[random.Next(s_actors.Length)]);
        var amount = Amount(random);
        var slot = chain.Runtime.Parameters.SlotOf(chain.State.Number) - (ulong)Math.Min(random.Next(3), (int)chain.Runtime.Parameters.SlotOf(chain.State.Number));
        var task = (ulong)random.Next(12);
        return random.Next(25) switch
        {
            0 => new BalancesCalls.TransferAllowDeath(other, amount),
            1 => new BalancesCalls.TransferKeepAlive(other, amount),
            2 => new BalancesCalls.TransferAll(TestChain.Account("Viewer1"), random.Next(2) == 0) is var all && who == "Viewer2" ? all : new BalancesCalls.Burn(amount / 100, true),
            3 => new StakeCalls.DepositStake(amount, (uint)random.Next(20), (Region)random.Next(7)),
            4 => new StakeCalls.Delegate(other, amount),
            5 => new StakeCalls.WithdrawStake(amount),
            6 => new StakeCalls.RevokeDelegation(other, random.Next(2) == 0 ? null : amount),
            7 => new StakeCalls.WithdrawUnbonded(),
            8 or 9 => new DirectorCalls.ChallengeResult(slot, default),
            10 or 11 => new DirectorCalls.VoteChallenge(slot, random.Next(3) > 0),
            12 => Equivocation(chain, random),
            13 => new TreasuryCalls.FundTreasury(amount),
            14 => new TreasuryCalls.ClaimRewards((uint)random.Next(1 + (int)(chain.State.Number / chain.Runtime.Parameters.BlocksPerDay)), other),
            15 => new TreasuryCalls.Propose(other, amount),
            16 => new TreasuryCalls.Vote((uint)random.Next(3), random.Next(3) > 0),
            17 => Deal(random, amount),
            18 => new RegistryCalls.RegisterModel($"m{random.Next(3)}", "cid", 8000, ModelCapabilities.Image),
            19 => new RegistryCalls.RegisterRenderer($"r{random.Next(3)}", Lane.Lane1, "cid", 8000, 1000, [], false),
            20 => new RegistryCalls.UpdateCapabilities(16_000, [], []),
            21 => new TaskCalls.CreateTaskIntent(Lane.Lane1, TaskPriority.High, $"r{random.Next(3)}", "in", 1, (uint)random.Next(1, 30), amount / 50),
            22 => new TaskCalls.SubmitResult(task, "out"),
            23 => new TaskCalls.SubmitAttestation(task, (byte)random.Next(40, 101)),
            _ => random.Next(6) switch
            {
                0 => new TaskCalls.ReturnTask(task),
                1 => new TaskCalls.CancelTask(task),
                2 => new StorageCalls.CancelDeal((ulong)random.Next(4)),
                3 => new RegistryCalls.DeregisterRenderer($"r{random.Next(3)}"),
                4 => new StorageCalls.SubmitAuditProof((ulong)random.Next(20), new byte[64], []),
                _ => new SudoCalls.Sudo(new BootstrapCalls.SetQuorum((uint)random.Next(3))),
            },
        };
    }

    private static UInt128 Amount(Random random) => random.Next(8) switch
    {
        0 => (UInt128)random.Next(3),
        1 => UInt128.MaxValue - (UInt128)random.Next(3),
        2 => Units.MilliNsn * (uint)random.Next(1, 10),
        3 => Units.Nsn((ulong)random.Next(1, 3000)),
        _ => (Units.OneNsn * (uint)random.Next(1, 300)) + (UInt128)random.Next(),
    };

    private static StorageCalls.CreateDeal Deal(Random random, UInt128 payment)
    {
        // The leaf that the audits in this test answer with is all zeros, so some of these can be answered.
        var root = LedgerMerkle.RootOf([new byte[64]]);
        var shards = Enumerable.Range(0, random.Next(9, 22)).Select(i => new ShardClaim(Blake2b.Hash256([(byte)i]), root, 1)).ToArray();
        return new StorageCalls.CreateDeal(shards, (uint)random.Next(5, 60), payment);
    }

    private static DirectorCalls.ReportEquivocation Equivocation(TestChain chain, Random random)
    {
        var slot = chain.Runtime.Parameters.SlotOf(chain.State.Number);
        var epoch = Epochs.Find(chain.State.Storage, chain.Runtime.Parameters.EpochOfSlot(slot));
        if (epoch is not { IsStaffed: true } || random.Next(3) > 0)
        {
            return new DirectorCalls.ReportEquivocation([1], [2]);
        }

        var director = TestChain.Signer(TestNetworks.NameOf(epoch.Directors[random.Next(5)]));
        var first = TestNetworks.Certify(chain, slot).Statement;
        return new DirectorCalls.ReportEquivocation(Encode(first), Encode(first with { ContentRoot = default }));

        byte[] Encode(Protocol.Certificates.SlotStatement statement)
        {
            var writer = new ScaleWriter();
            Protocol.Certificates.Vote.Write(writer, Protocol.Certificates.Vote.Sign(director, statement));
            return writer.ToArray();
        }
    }
}
