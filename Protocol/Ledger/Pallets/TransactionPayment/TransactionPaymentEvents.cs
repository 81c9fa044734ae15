using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.TransactionPayment;

/// <summary>What the fee pallet reports.</summary>
public static class TransactionPaymentEvents
{
    /// <summary>A fee was burned; the tip is part of it.</summary>
    public sealed record TransactionFeePaid(AccountId Who, UInt128 ActualFee, UInt128 Tip) : LedgerEvent;
}
