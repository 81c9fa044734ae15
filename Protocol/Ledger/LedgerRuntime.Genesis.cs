using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Bootstrap;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Sudo;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger;

/// <summary>Block 0.</summary>
public sealed partial class LedgerRuntime
{
    /// <summary>The rules and the state at block 0 of a chain.</summary>
    /// <exception cref="ArgumentException">The configuration breaks a rule that calls would have to keep.</exception>
    public static (LedgerRuntime Runtime, LedgerState State) Start(GenesisConfig genesis)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        var runtime = new LedgerRuntime(genesis.Parameters);
        var context = new BlockContext(StateTrie.Empty, genesis.Parameters, Calls, 0, default, default);
        SystemStorage.ChainName.Set(context.State, genesis.ChainName);
        foreach (var (account, amount) in genesis.Balances)
        {
            Require(Tokens.Mint(context, account, amount), $"Balance of {account}");
        }

        foreach (var (account, amount, region) in genesis.Stakes)
        {
            Require(Staking.Deposit(context, account, new StakeCalls.DepositStake(amount, 0, region)), $"Stake of {account}");
        }

        if (genesis.SudoKey is { } key)
        {
            SudoPallet.Key.Set(context.State, key);
        }

        if (genesis.BootstrapSigners.Count > 0 || genesis.BootstrapQuorum > 0)
        {
            Require(BootstrapPallet.SetSigners(context, new BootstrapCalls.SetSigners(genesis.BootstrapSigners, genesis.BootstrapQuorum)), "Bootstrap signers");
        }

        Epochs.Begin(context, genesis.ChainName);
        var storage = context.State.Commit();
        var header = new BlockHeader(default, 0, storage.Root, Block.ExtrinsicsRootOf([]));
        return (runtime, new LedgerState(header, storage, header.Hash));
    }

    private static void Require(DispatchResult result, string what)
    {
        if (result.IsError)
        {
            throw new ArgumentException($"{what}: {result}.", nameof(result));
        }
    }
}
