using Nsn.Protocol.Ledger.Pallets.Agenda;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Bft;
using Nsn.Protocol.Ledger.Pallets.Bootstrap;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Pallets.Parameters;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Storage;
using Nsn.Protocol.Ledger.Pallets.Sudo;
using Nsn.Protocol.Ledger.Pallets.TaskMarket;
using Nsn.Protocol.Ledger.Pallets.Timestamp;
using Nsn.Protocol.Ledger.Pallets.TransactionPayment;
using Nsn.Protocol.Ledger.Pallets.Treasury;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger;

/// <summary>What the ledger is made of.</summary>
internal static class AllPallets
{
    public static IReadOnlyList<Pallet> List { get; } =
    [
        SystemPallet.Pallet,
        AgendaPallet.Pallet,
        TimestampPallet.Pallet,
        BalancesPallet.Pallet,
        TransactionPaymentPallet.Pallet,
        SudoPallet.Pallet,
        ParametersPallet.Pallet,
        StakePallet.Pallet,
        ReputationPallet.Pallet,
        DirectorPallet.Pallet,
        BftArchive.Pallet,
        StoragePallet.Pallet,
        TreasuryPallet.Pallet,
        TaskMarketPallet.Pallet,
        RegistryPallet.Pallet,
        BootstrapPallet.Pallet,
    ];
}
