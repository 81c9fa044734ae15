using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Pallets.Parameters;
using Nsn.Protocol.Ledger.Pallets.Sudo;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Ledger.Tests.Runtime;

public sealed class BalancesTests
{
    private static TestChain Chain() => new(new GenesisConfig
    {
        ChainName = "test",
        Parameters = LedgerParameters.Dev,
        Balances = [(TestChain.Account("Alice"), Units.Nsn(1000)), (TestChain.Account("Bob"), Units.Nsn(10))],
        SudoKey = TestChain.Account("Sudo"),
    });

    [Fact]
    public void Dev_keys_are_those_of_Substrate()
    {
        Assert.Equal("0x88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee", TestChain.Account("Alice").ToString());
        Assert.Equal("0xd17c2d7823ebf260fd138f2d7e27d114c0145d968b5ff5006125f2414fadae69", TestChain.Account("Bob").ToString());
    }

    [Fact]
    public void Storage_keys_are_those_of_Substrate()
    {
        Assert.Equal("0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9", SystemStorage.Account.Prefix.ToString());
        Assert.Equal("0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7", SystemPallet.EventsKey.ToString());
        Assert.Equal("0xc2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80", BalancesStorage.TotalIssuance.Prefix.ToString());
    }

    [Fact]
    public void A_transfer_moves_the_amount_and_burns_the_fee()
    {
        var chain = Chain();
        var supply = BalancesStorage.TotalIssuance.Get(chain.State.Storage);
        chain.Ok("Alice", new BalancesCalls.TransferKeepAlive(TestChain.Account("Bob"), Units.Nsn(5)));
        var fee = chain.Last!.Outcomes[1].Fee;
        Assert.True(fee > 0);
        Assert.Equal(Units.Nsn(15), chain.Free("Bob"));
        Assert.Equal(Units.Nsn(995) - fee, chain.Free("Alice"));
        Assert.Equal(supply - fee, BalancesStorage.TotalIssuance.Get(chain.State.Storage));
    }

    [Fact]
    public void A_failed_call_leaves_nothing_but_its_fee_and_nonce()
    {
        var chain = Chain();
        chain.Fails(DispatchError.FundsUnavailable, "Bob", new BalancesCalls.TransferAllowDeath(TestChain.Account("Alice"), Units.Nsn(11)));
        Assert.Equal(Units.Nsn(10) - chain.Last!.Outcomes[1].Fee, chain.Free("Bob"));
        Assert.Equal(Units.Nsn(1000), chain.Free("Alice"));
        Assert.Equal(1u, LedgerRuntime.NonceOf(chain.State.Storage, TestChain.Account("Bob")));
        Assert.IsType<SystemEvents.ExtrinsicFailed>(chain.Last.Events[^1].Event);
    }

    [Fact]
    public void Dust_is_burned_and_the_nonce_survives_the_account()
    {
        var chain = Chain();
        chain.Ok("Bob", new BalancesCalls.TransferAll(TestChain.Account("Alice"), KeepAlive: false));
        Assert.Equal(default, chain.Balance("Bob"));
        Assert.Equal(1u, LedgerRuntime.NonceOf(chain.State.Storage, TestChain.Account("Bob")));
        Assert.Contains(chain.Events<SystemEvents.KilledAccount>(), e => e.Account == TestChain.Account("Bob"));
    }

    [Fact]
    public void Nonces_signatures_and_chains_are_checked()
    {
        var chain = Chain();
        var call = new BalancesCalls.TransferKeepAlive(TestChain.Account("Bob"), 1);
        var alice = TestChain.Signer("Alice");
        var runtime = chain.Runtime;
        Assert.Equal(TransactionError.None, runtime.Validate(chain.State, runtime.Sign(chain.State.GenesisHash, call, alice, 0)));
        Assert.Equal(TransactionError.FutureNonce, runtime.Validate(chain.State, runtime.Sign(chain.State.GenesisHash, call, alice, 1)));
        Assert.Equal(TransactionError.BadSignature, runtime.Validate(chain.State, runtime.Sign(default, call, alice, 0)));
        Assert.Equal(TransactionError.CannotPay, runtime.Validate(chain.State, runtime.Sign(chain.State.GenesisHash, call, TestChain.Signer("Eve"), 0)));
        chain.Ok("Alice", call);
        Assert.Equal(TransactionError.StaleNonce, runtime.Validate(chain.State, runtime.Sign(chain.State.GenesisHash, call, alice, 0)));
    }

    [Fact]
    public void A_mortal_extrinsic_dies()
    {
        var chain = Chain();
        chain.SealTo(20);
        var signing = new SigningContext(chain.State.GenesisHash, default, 1, 1) { Era = Era.Mortal(16, 8) };
        signing = signing with { BirthHash = SystemStorage.BlockHash.Get(chain.State.Storage, 16) };
        var extrinsic = Extrinsic.Sign(LedgerRuntime.Calls, new SystemCalls.Remark([1]), TestChain.Signer("Alice"), signing);
        Assert.Equal(TransactionError.None, chain.Runtime.Validate(chain.State, extrinsic));
        chain.SealTo(24);
        Assert.NotEqual(TransactionError.None, chain.Runtime.Validate(chain.State, extrinsic));
    }

    [Fact]
    public void Extrinsics_survive_their_bytes_and_mutated_ones_never_throw()
    {
        var chain = Chain();
        var extrinsic = chain.Runtime.Sign(chain.State.GenesisHash, new BalancesCalls.TransferKeepAlive(TestChain.Account("Bob"), Units.Nsn(5)), TestChain.Signer("Alice"), 3, 7);
        Assert.True(Extrinsic.TryDecode(LedgerRuntime.Calls, extrinsic.Bytes, out var again, out _));
        Assert.Equal(extrinsic.Call, again.Call);
        Assert.Equal((3u, (UInt128)7, true), (again.Nonce, again.Tip, again.Era.IsImmortal));
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = extrinsic.Bytes.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var cut = random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            if (Extrinsic.TryDecode(LedgerRuntime.Calls, cut, out var mutated, out _) && mutated.IsSigned)
            {
                Assert.NotEqual(TransactionError.None, chain.Runtime.Validate(chain.State, mutated));
            }
        }
    }

    [Fact]
    public void A_block_that_lies_is_refused()
    {
        var chain = Chain();
        chain.Submit("Alice", new BalancesCalls.TransferKeepAlive(TestChain.Account("Bob"), Units.Nsn(5)));
        var before = chain.State;
        var block = chain.Seal().Block;
        Assert.True(Block.TryDecode(block.Encode(), out var decoded, out _));
        Assert.Equal(block.Header.Hash, decoded.Header.Hash);
        Assert.False(chain.Runtime.TryApply(before, block with { Header = block.Header with { StateRoot = default } }, out _, out var reason));
        Assert.Contains("state root", reason, StringComparison.Ordinal);
        Assert.False(chain.Runtime.TryApply(before, block with { Extrinsics = [block.Extrinsics[0]] }, out _, out reason));
        Assert.Contains("extrinsics root", reason, StringComparison.Ordinal);
        Assert.False(chain.Runtime.TryApply(before, block with { Header = block.Header with { Number = 5 } }, out _, out _));
        Assert.False(chain.Runtime.TryApply(chain.State, block, out _, out _));
    }

    [Fact]
    public void G1_the_sudo_key_changes_parameters_and_nothing_else()
    {
        var chain = Chain();
        chain.Submit("Alice", new BalancesCalls.TransferKeepAlive(TestChain.Account("Sudo"), Units.Nsn(5)));
        chain.Seal();
        chain.Ok("Sudo", new SudoCalls.Sudo(new ParametersCalls.SetParameter(ParameterId.BaseFee, 5)));
        chain.Seal();
        Assert.Equal((UInt128)5, chain.Runtime.ParametersAt(chain.State).BaseFee);
        chain.Fails(ParametersPallet.OutOfBounds, "Sudo", new SudoCalls.Sudo(new ParametersCalls.SetParameter(ParameterId.BaseFee, UInt128.MaxValue)));
        chain.Fails(SudoPallet.NotAParameter, "Sudo", new SudoCalls.Sudo(new BalancesCalls.TransferAllowDeath(TestChain.Account("Sudo"), 1)));
        chain.Fails(SudoPallet.RequireSudo, "Alice", new SudoCalls.Sudo(new ParametersCalls.SetParameter(ParameterId.BaseFee, 5)));
        chain.Fails(DispatchError.BadOrigin, "Sudo", new ParametersCalls.SetParameter(ParameterId.BaseFee, 6));
    }
}
