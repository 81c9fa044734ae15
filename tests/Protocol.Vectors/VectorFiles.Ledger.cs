using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;

namespace Nsn.Protocol.Vectors;

public static partial class VectorFiles
{
    /// <summary>What a wallet must get right: where values are stored, and what it signs.</summary>
    private static object Ledger()
    {
        using ISigner signer = Ed25519.Instance.CreateSigner(Bytes("wallet", 32));
        return new
        {
            PublicKey = Hex(signer.PublicKey.AsSpan()),
            GenesisHash = Hex(ChainId.AsSpan()),
            StorageKeys = new object[]
            {
                new { Pallet = "System", Item = "Account", Hasher = "blake2_128_concat", Key = Hex(signer.PublicKey.AsSpan()), Hex = Hex(SystemStorage.Account.KeyOf(signer.PublicKey).Span) },
                new { Pallet = "System", Item = "BlockHash", Hasher = "twox64_concat", Key = "07000000", Hex = Hex(SystemStorage.BlockHash.KeyOf(7).Span) },
            },
            Extrinsics = new[]
            {
                Extrinsic(signer, 10, default, 0, 0),
                Extrinsic(signer, 10, Era.Mortal(16, 64), 5, 1_000_000_000_000),
                Extrinsic(signer, 400, Era.Mortal(4096, 4096), 70_000, 1),
            },
        };
    }

    private static object Extrinsic(ISigner signer, int length, Era era, uint nonce, UInt128 tip)
    {
        Hash256 birth = era.IsImmortal ? ChainId : Hash("birth");
        SigningContext context = new(ChainId, birth, 101, 3) { Nonce = nonce, Tip = tip, Era = era };
        SystemCalls.Remark call = new(Bytes("remark", length));
        Extrinsic extrinsic = Protocol.Ledger.Extrinsics.Extrinsic.Sign(LedgerRuntime.Calls, call, signer, context);
        return new
        {
            Call = Hex(LedgerRuntime.Calls.CallCodec.Encode(call)),
            Era = Written(writer => Era.Codec.Encode(writer, era)),
            Nonce = nonce,
            Tip = tip.ToString(),
            SpecVersion = 101,
            TransactionVersion = 3,
            BirthHash = Hex(birth.AsSpan()),
            Signature = Hex(extrinsic.Signature.AsSpan()),
            Hash = Hex(extrinsic.Hash.AsSpan()),
            Encoded = Hex(extrinsic.Bytes),
        };
    }
}
