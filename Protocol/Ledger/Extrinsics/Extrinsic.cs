using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Extrinsics;

/// <summary>A call with who signed it: Substrate's extrinsic of version 4.</summary>
/// <remarks>
/// Bytes: compact length ‖ 0x84 ‖ MultiAddress (0x00 ‖ account) ‖ MultiSignature (0x00 ‖ 64 bytes, Ed25519) ‖ era ‖ compact nonce ‖ compact tip ‖ call;
/// an inherent is compact length ‖ 0x04 ‖ call. The signature covers call ‖ era ‖ nonce ‖ tip ‖ spec version ‖ transaction version ‖ genesis hash ‖
/// hash of the era's birth block (of the genesis where immortal), or the BLAKE2b-256 of these bytes where they are more than 256.
/// </remarks>
public sealed class Extrinsic
{
    /// <summary>Bytes of an extrinsic, at most.</summary>
    public const int BytesMax = 1024 * 1024;

    private const byte SignedVersion = 0x84;
    private const byte BareVersion = 0x04;
    private readonly byte[] _bytes;
    private readonly int _signedFrom;
    private readonly int _callFrom;

    private Extrinsic(byte[] bytes, Call call, int callFrom, int signedFrom)
    {
        _bytes = bytes;
        Call = call;
        _callFrom = callFrom;
        _signedFrom = signedFrom;
        Hash = Blake2b.Hash256(bytes);
    }

    /// <summary>The whole extrinsic, its length prefix included.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The same array, for blocks: nobody changes it.</summary>
    internal byte[] Raw => _bytes;

    /// <summary>BLAKE2b-256 of <see cref="Bytes"/>.</summary>
    public Hash256 Hash { get; }

    /// <summary>What is asked for.</summary>
    public Call Call { get; }

    /// <summary>Whether an account signed it; if not, it is an inherent.</summary>
    public bool IsSigned => _signedFrom > 0;

    /// <summary>Who signed it.</summary>
    public AccountId Signer { get; private init; }

    /// <summary>The signature.</summary>
    public Signature64 Signature { get; private init; }

    /// <summary>How long it may be included.</summary>
    public Era Era { get; private init; }

    /// <summary>The how-manieth of its signer it is, from 0.</summary>
    public uint Nonce { get; private init; }

    /// <summary>Paid on top of the fee.</summary>
    public UInt128 Tip { get; private init; }

    /// <summary>An extrinsic of the block itself.</summary>
    public static Extrinsic Inherent(CallTable table, Call call)
    {
        var body = new ScaleWriter();
        body.WriteU8(BareVersion);
        table.CallCodec.Encode(body, call);
        return TryDecode(table, WithLength(body.WrittenSpan), out var extrinsic, out _) ? extrinsic : throw new InvalidOperationException("An inherent does not decode.");
    }

    /// <summary>Signs a call.</summary>
    /// <param name="table">The ledger's calls.</param>
    /// <param name="call">What is asked for.</param>
    /// <param name="signer">The account's key.</param>
    /// <param name="payload">Nonce, tip, era, versions and chain.</param>
    public static Extrinsic Sign(CallTable table, Call call, ISigner signer, in SigningContext payload)
    {
        var encodedCall = table.CallCodec.Encode(call);
        var extra = new ScaleWriter();
        Era.Codec.Encode(extra, payload.Era);
        extra.WriteCompact(payload.Nonce);
        extra.WriteCompact(payload.Tip);
        var signature = signer.Sign(Payload(encodedCall, extra.WrittenSpan, payload));
        var body = new ScaleWriter();
        body.WriteU8(SignedVersion);
        MultiAddress.Codec.Encode(body, signer.PublicKey);
        body.WriteU8(0);
        body.WriteFixed(signature.AsSpan());
        body.WriteFixed(extra.WrittenSpan);
        body.WriteFixed(encodedCall);
        return TryDecode(table, WithLength(body.WrittenSpan), out var extrinsic, out var error)
            ? extrinsic : throw new InvalidOperationException($"An extrinsic of our own does not decode: {error}.");
    }

    /// <summary>Reads bytes from outside. Never throws; allocates no more than the bytes' own size, and objects for the call.</summary>
    public static bool TryDecode(CallTable table, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Extrinsic? extrinsic, out TransactionError error)
    {
        extrinsic = null;
        error = TransactionError.TooLong;
        if (bytes.Length > BytesMax)
        {
            return false;
        }

        error = TransactionError.Malformed;
        var reader = new ScaleReader(bytes);
        if (!reader.TryReadCompactU32(out var length) || length != reader.Remaining || !reader.TryReadU8(out var version))
        {
            return false;
        }

        return version switch
        {
            SignedVersion => TryDecodeSigned(table, bytes, ref reader, out extrinsic, out error),
            BareVersion => TryDecodeCall(table, bytes, ref reader, out var call, out var from, out error)
                && (extrinsic = new Extrinsic(bytes.ToArray(), call, from, 0)) is not null,
            _ => false,
        };
    }

    /// <summary>Whether the signature covers this extrinsic under <paramref name="context"/>, whose nonce, tip and era are taken from the extrinsic.</summary>
    public bool VerifySignature(in SigningContext context) =>
        IsSigned && Ed25519.Instance.Verify(Signer, Payload(_bytes.AsSpan(_callFrom), _bytes.AsSpan(_signedFrom, _callFrom - _signedFrom), context), Signature);

    private static bool TryDecodeSigned(
        CallTable table, ReadOnlySpan<byte> bytes, ref ScaleReader reader, [NotNullWhen(true)] out Extrinsic? extrinsic, out TransactionError error)
    {
        extrinsic = null;
        error = TransactionError.Malformed;
        if (!MultiAddress.Codec.TryDecode(ref reader, out var signer) || !reader.TryReadU8(out var scheme))
        {
            return false;
        }

        if (scheme != 0)
        {
            error = TransactionError.UnsupportedSignature;
            return false;
        }

        if (!Signature64.TryRead(ref reader, out var signature))
        {
            return false;
        }

        var signedFrom = reader.Offset;
        if (!Era.Codec.TryDecode(ref reader, out var era) || !reader.TryReadCompactU32(out var nonce) || !reader.TryReadCompact(out var tip))
        {
            return false;
        }

        if (!TryDecodeCall(table, bytes, ref reader, out var call, out var callFrom, out error))
        {
            return false;
        }

        extrinsic = new Extrinsic(bytes.ToArray(), call, callFrom, signedFrom)
        {
            Signer = signer,
            Signature = signature,
            Era = era,
            Nonce = nonce,
            Tip = tip,
        };
        return true;
    }

    private static bool TryDecodeCall(
        CallTable table, ReadOnlySpan<byte> bytes, ref ScaleReader reader, [NotNullWhen(true)] out Call? call, out int from, out TransactionError error)
    {
        _ = bytes;
        from = reader.Offset;
        var read = table.CallCodec.TryDecode(ref reader, out call) && reader.TryReadEnd();
        error = read ? TransactionError.None : TransactionError.UnknownCall;
        return read;
    }

    private static byte[] Payload(ReadOnlySpan<byte> call, ReadOnlySpan<byte> extra, in SigningContext context)
    {
        var writer = new ScaleWriter(call.Length + extra.Length + 72);
        writer.WriteFixed(call);
        writer.WriteFixed(extra);
        writer.WriteU32(context.SpecVersion);
        writer.WriteU32(context.TransactionVersion);
        writer.WriteFixed(context.GenesisHash.AsSpan());
        writer.WriteFixed(context.BirthHash.AsSpan());
        return writer.Length > 256 ? Blake2b.Hash256(writer.WrittenSpan).ToArray() : writer.ToArray();
    }

    private static byte[] WithLength(ReadOnlySpan<byte> body)
    {
        var writer = new ScaleWriter(body.Length + 5);
        writer.WriteBytes(body);
        return writer.ToArray();
    }
}
