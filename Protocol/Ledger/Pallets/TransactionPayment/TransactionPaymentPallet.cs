using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.TransactionPayment;

/// <summary>What an extrinsic costs: a fee by weight and one by length, both burned.</summary>
public static class TransactionPaymentPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "TransactionPayment";

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(11, Name)
    {
        Events =
        [
            EventDefinition.Of(0, Codec.Record<TransactionPaymentEvents.TransactionFeePaid>("TransactionFeePaid")
                .With("who", Codec.Account, static e => e.Who).With("actual_fee", Codec.U128, static e => e.ActualFee).With("tip", Codec.U128, static e => e.Tip)
                .Build(static (who, fee, tip) => new(who, fee, tip))),
        ],
    };

    /// <summary>The fee of an extrinsic without its tip: weight in units of the base weight times the base fee, plus its bytes.</summary>
    public static UInt128 FeeOf(LedgerParameters parameters, ulong callWeight, int bytes) =>
        (parameters.BaseFee * (Weights.BaseExtrinsic + callWeight) / Weights.BaseExtrinsic) + (parameters.FeePerByte * (uint)bytes);
}
