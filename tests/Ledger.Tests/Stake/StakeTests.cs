using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Ledger.Tests.Stake;

public sealed class StakeTests
{
    private static TestChain Chain(params string[] people) => new(new GenesisConfig
    {
        ChainName = "stake",
        Parameters = LedgerParameters.Dev with { RegionCapFrom = Units.Nsn(1000), StakeLockMin = 5, UnbondingBlocks = 150 },
        Balances = [.. people.Select(name => (TestChain.Account(name), Units.Nsn(5_000)))],
    })
    { Replay = false };

    [Theory]
    [InlineData(4, NodeRole.None)]
    [InlineData(5, NodeRole.Relay)]
    [InlineData(10, NodeRole.Validator)]
    [InlineData(50, NodeRole.SuperNode)]
    [InlineData(99, NodeRole.SuperNode)]
    [InlineData(100, NodeRole.Director)]
    [InlineData(1000, NodeRole.Director)]
    public void Role_follows_from_the_amount(ulong nsn, NodeRole role)
    {
        var chain = Chain("Alice");
        chain.Ok("Alice", Deposit(nsn));
        Assert.Equal(role, Staking.RoleOf(chain.State.Storage, chain.Runtime.Parameters, TestChain.Account("Alice")));
        Assert.Equal(Units.Nsn(nsn), chain.Balance("Alice").Reserved);
    }

    [Fact]
    public void Own_stake_has_a_cap_and_zero_is_nothing()
    {
        var chain = Chain("Alice");
        chain.Fails(StakeErrors.PerNodeCapExceeded, "Alice", Deposit(1001));
        chain.Fails(StakeErrors.PerNodeCapExceeded, "Alice", new StakeCalls.DepositStake(UInt128.MaxValue, 0, Region.Apac));
        chain.Fails(StakeErrors.ZeroAmount, "Alice", Deposit(0));
        chain.Fails(StakeErrors.Overflow, "Alice", new StakeCalls.DepositStake(Units.Nsn(5), uint.MaxValue, Region.Apac));
        Assert.False(StakeStorage.Stakes.Contains(chain.State.Storage, TestChain.Account("Alice")));
    }

    [Fact]
    public void S1_a_slash_always_takes_and_delegations_shrink()
    {
        var chain = Chain("Alice", "Bob", "Charlie");
        chain.Ok("Alice", Deposit(100));
        chain.Ok("Bob", new StakeCalls.Delegate(TestChain.Account("Alice"), Units.Nsn(300)));
        chain.Ok("Charlie", new StakeCalls.Delegate(TestChain.Account("Alice"), Units.Nsn(200)));
        chain.Fails(StakeErrors.DelegationCapExceeded, "Bob", new StakeCalls.Delegate(TestChain.Account("Alice"), 1));
        chain.Fails(StakeErrors.SelfDelegation, "Alice", new StakeCalls.Delegate(TestChain.Account("Alice"), 1));
        var context = Context(chain);
        var (taken, paid) = Staking.Slash(context, TestChain.Account("Alice"), Units.Nsn(60), SlashReason.BftFailure, TestChain.Account("Bob"), Units.Nsn(10));
        Assert.Equal((Units.Nsn(60), Units.Nsn(10)), (taken, paid));
        var record = Staking.Of(context.State, TestChain.Account("Alice"));
        Assert.Equal((Units.Nsn(40), Units.Nsn(200)), (record.Amount, record.DelegatedToMe));
        Assert.Equal(Units.Nsn(120), Tokens.HeldFor(context.State, HoldReason.Delegating, TestChain.Account("Bob")));
        Assert.Equal(Units.Nsn(80), Tokens.HeldFor(context.State, HoldReason.Delegating, TestChain.Account("Charlie")));

        // More than there is: all of it goes, and all delegations come back.
        (taken, _) = Staking.Slash(context, TestChain.Account("Alice"), Units.Nsn(500), SlashReason.BftFailure);
        Assert.Equal(Units.Nsn(40), taken);
        Assert.False(StakeStorage.Stakes.Contains(context.State, TestChain.Account("Alice")));
        Assert.Equal(UInt128.Zero, Tokens.HeldFor(context.State, HoldReason.Delegating, TestChain.Account("Bob")));
        Assert.Equal(0u, StakeStorage.DelegationCounts.Get(context.State, TestChain.Account("Bob")));
    }

    [Fact]
    public void S2_a_duty_without_the_stake_is_no_role()
    {
        var record = new StakeRecord(Units.Nsn(100), 0, Region.Apac, 0, 0, DirectorDuty.Active);
        Assert.Equal(NodeRole.ActiveDirector, record.RoleUnder(LedgerParameters.Dev));
        Assert.Equal(NodeRole.SuperNode, (record with { Amount = Units.Nsn(99) }).RoleUnder(LedgerParameters.Dev));
    }

    [Fact]
    public void S3_a_coin_backs_one_promise_only()
    {
        var chain = Chain("Alice", "Bob");
        chain.Ok("Bob", Deposit(1000));
        chain.Ok("Alice", new StakeCalls.Delegate(TestChain.Account("Bob"), Units.Nsn(4_500)));
        chain.Fails(DispatchError.FundsUnavailable, "Alice", Deposit(600));
        chain.Fails(DispatchError.FundsUnavailable, "Alice", new BalancesCalls.TransferAllowDeath(TestChain.Account("Bob"), Units.Nsn(501)));
        Assert.Equal(Units.Nsn(4_500), chain.Balance("Alice").Reserved);
    }

    [Fact]
    public void S4_delegations_are_counted_where_they_are_made()
    {
        string[] validators = [.. Enumerable.Range(0, 11).Select(i => $"V{i}")];
        var chain = Chain(["Alice", .. validators]);
        foreach (var (name, index) in validators.Select((name, index) => (name, index)))
        {
            chain.Submit(name, new StakeCalls.DepositStake(Units.Nsn(10), 0, (Region)(index % 7)));
        }

        chain.Seal();
        foreach (var name in validators[..10])
        {
            chain.Submit("Alice", new StakeCalls.Delegate(TestChain.Account(name), Units.Nsn(1)));
        }

        chain.Seal();
        Assert.Equal(10u, StakeStorage.DelegationCounts.Get(chain.State.Storage, TestChain.Account("Alice")));
        chain.Fails(StakeErrors.TooManyDelegations, "Alice", new StakeCalls.Delegate(TestChain.Account("V10"), Units.Nsn(1)));
        chain.Ok("Alice", new StakeCalls.Delegate(TestChain.Account("V3"), Units.Nsn(1)));
    }

    [Fact]
    public void S5_leaving_takes_longer_than_any_dispute_and_stays_within_reach()
    {
        var chain = Chain("Alice");
        chain.Ok("Alice", Deposit(100));
        chain.Fails(StakeErrors.StakeLocked, "Alice", new StakeCalls.WithdrawStake(Units.Nsn(1)));
        chain.SealTo(10);
        chain.Ok("Alice", new StakeCalls.WithdrawStake(Units.Nsn(100)));
        chain.Fails(StakeErrors.NothingUnbonded, "Alice", new StakeCalls.WithdrawUnbonded());
        Assert.Equal(Units.Nsn(100), chain.Balance("Alice").Reserved);
        var context = Context(chain);
        Assert.Equal(Units.Nsn(30), Staking.Slash(context, TestChain.Account("Alice"), Units.Nsn(30), SlashReason.Equivocation).Taken);
        chain.SealTo(11 + 150);
        chain.Ok("Alice", new StakeCalls.WithdrawUnbonded());
        Assert.Equal(UInt128.Zero, chain.Balance("Alice").Reserved);
        Assert.Contains((LedgerParameters.Dev with { UnbondingBlocks = 50 }).Problems(), problem => problem.Contains("Unbonding", StringComparison.Ordinal));
    }

    [Fact]
    public void S6_a_node_stays_in_its_region_and_totals_agree()
    {
        var chain = Chain("Alice");
        chain.Ok("Alice", Deposit(100));
        chain.Fails(StakeErrors.RegionFixed, "Alice", new StakeCalls.DepositStake(Units.Nsn(1), 0, Region.Mena));
        Assert.Equal(Units.Nsn(100), StakeStorage.RegionStakes.Get(chain.State.Storage, Region.Apac));
        Assert.Equal(UInt128.Zero, StakeStorage.RegionStakes.Get(chain.State.Storage, Region.Mena));
    }

    [Fact]
    public void S7_the_region_cap_can_be_met_with_few_regions()
    {
        var chain = Chain("Alice", "Bob", "Charlie", "Dave");
        chain.Ok("Alice", Deposit(1000));
        chain.Ok("Charlie", new StakeCalls.DepositStake(Units.Nsn(1000), 0, Region.EuWest));
        chain.Ok("Dave", new StakeCalls.DepositStake(Units.Nsn(900), 0, Region.Latam));
        chain.Fails(StakeErrors.RegionCapExceeded, "Bob", new StakeCalls.DepositStake(Units.Nsn(1000), 0, Region.EuWest));
    }

    [Fact]
    public void S8_delegations_never_hold_a_validator_back_and_come_back_in_parts()
    {
        var chain = Chain("Alice", "Bob");
        chain.Ok("Alice", Deposit(100));
        chain.Ok("Bob", new StakeCalls.Delegate(TestChain.Account("Alice"), Units.Nsn(500)));
        chain.SealTo(20);
        chain.Ok("Bob", new StakeCalls.RevokeDelegation(TestChain.Account("Alice"), Units.Nsn(100)));
        chain.Fails(StakeErrors.DelegationNotFound, "Bob", new StakeCalls.RevokeDelegation(TestChain.Account("Alice"), Units.Nsn(401)));
        chain.Ok("Alice", new StakeCalls.WithdrawStake(Units.Nsn(60)));
        Assert.Equal(Units.Nsn(200), Staking.Of(chain.State.Storage, TestChain.Account("Alice")).DelegatedToMe);
        chain.Ok("Bob", new StakeCalls.RevokeDelegation(TestChain.Account("Alice"), null));
        chain.SealTo(23 + 150);
        chain.Ok("Bob", new StakeCalls.WithdrawUnbonded());
        Assert.Equal(UInt128.Zero, chain.Balance("Bob").Reserved);
    }

    [Fact]
    public void S9_a_stake_of_nothing_leaves_no_record()
    {
        var chain = Chain("Alice");
        chain.Ok("Alice", Deposit(100));
        chain.SealTo(10);
        chain.Ok("Alice", new StakeCalls.WithdrawStake(Units.Nsn(100)));
        Assert.False(StakeStorage.Stakes.Contains(chain.State.Storage, TestChain.Account("Alice")));
        Assert.False(StakeStorage.ByRole.Contains(chain.State.Storage, NodeRole.Director, TestChain.Account("Alice")));
        Assert.Equal(UInt128.Zero, StakeStorage.TotalStaked.Get(chain.State.Storage));
    }

    private static StakeCalls.DepositStake Deposit(ulong nsn) => new(Units.Nsn(nsn), 0, Region.Apac);

    private static BlockContext Context(TestChain chain) => TestChain.ContextAfter(chain);
}
