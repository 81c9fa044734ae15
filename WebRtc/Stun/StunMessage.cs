using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Stun;

/// <summary>A parsed view of a STUN message (RFC 8489); it refers to the datagram's bytes and copies nothing.</summary>
public ref struct StunMessage
{
    /// <summary>Longest message that is looked at, bytes.</summary>
    public const int LengthMax = 1_280;

    /// <summary>The length of the header, bytes.</summary>
    public const int HeaderLength = 20;

    /// <summary>The method BINDING, the only one that ICE uses.</summary>
    public const int BindingMethod = 1;

    internal const uint MagicCookie = 0x2112_A442;
    internal const uint FingerprintXor = 0x5354_554E;
    private const int IntegrityLength = 20;

    private ReadOnlySpan<byte> _bytes;
    private int _integrityOffset;

    /// <summary>Bytes of the whole message.</summary>
    public readonly int Length => _bytes.Length;

    /// <summary>The class.</summary>
    public StunClass Class { get; private set; }

    /// <summary>The method, 1 is BINDING.</summary>
    public int Method { get; private set; }

    /// <summary>The 12 bytes that match an answer with its request.</summary>
    public ReadOnlySpan<byte> TransactionId { get; private set; }

    /// <summary>USERNAME, empty if there is none.</summary>
    public ReadOnlySpan<byte> Username { get; private set; }

    /// <summary>PRIORITY, 0 if there is none.</summary>
    public uint Priority { get; private set; }

    /// <summary>True if USE-CANDIDATE is there.</summary>
    public bool UseCandidate { get; private set; }

    /// <summary>ICE-CONTROLLING's tie-breaker.</summary>
    public ulong? Controlling { get; private set; }

    /// <summary>ICE-CONTROLLED's tie-breaker.</summary>
    public ulong? Controlled { get; private set; }

    /// <summary>XOR-MAPPED-ADDRESS.</summary>
    public TransportAddress? MappedAddress { get; private set; }

    /// <summary>The number of ERROR-CODE, for example 487; 0 if there is none.</summary>
    public int ErrorCode { get; private set; }

    /// <summary>True if the last attribute is a FINGERPRINT and it is right.</summary>
    public bool HasFingerprint { get; private set; }

    /// <summary>The first comprehension-required attribute that this code does not know; 0 if there is none.</summary>
    public ushort UnknownRequired { get; private set; }

    /// <summary>True if a MESSAGE-INTEGRITY is there (not whether it is right: see <see cref="VerifyIntegrity"/>).</summary>
    public readonly bool HasIntegrity => _integrityOffset > 0;

    /// <summary>Tells whether a datagram could be STUN at all, by its first byte and its cookie (RFC 7983).</summary>
    public static bool LooksLikeStun(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= HeaderLength && datagram[0] < 4 && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == MagicCookie;

    /// <summary>Parses a message. A wrong FINGERPRINT makes it fail; integrity is checked separately, for it needs the key.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message, out string? reason)
    {
        message = default;
        if (!LooksLikeStun(datagram))
        {
            reason = "not a STUN message";
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (datagram.Length > LengthMax || length % 4 != 0 || length + HeaderLength != datagram.Length)
        {
            reason = "the length does not match";
            return false;
        }

        int type = BinaryPrimitives.ReadUInt16BigEndian(datagram);
        message._bytes = datagram;
        message.Class = (StunClass)(((type >> 7) & 2) | ((type >> 4) & 1));
        message.Method = (type & 0xF) | ((type >> 1) & 0x70) | ((type >> 2) & 0xF80);
        message.TransactionId = datagram.Slice(8, 12);
        reason = message.ReadAttributes();
        return reason is null;
    }

    /// <summary>Checks MESSAGE-INTEGRITY with a short-term credential's password.</summary>
    public readonly bool VerifyIntegrity(ReadOnlySpan<byte> password)
    {
        if (!HasIntegrity)
        {
            return false;
        }

        Span<byte> covered = stackalloc byte[LengthMax];
        covered = covered[.._integrityOffset];
        _bytes[.._integrityOffset].CopyTo(covered);
        BinaryPrimitives.WriteUInt16BigEndian(covered[2..], (ushort)(_integrityOffset + 4 + IntegrityLength - HeaderLength));
        Span<byte> mac = stackalloc byte[IntegrityLength];
#pragma warning disable CA5350 // RFC 8445 prescribes HMAC-SHA1 for connectivity checks.
        HMACSHA1.HashData(password, covered, mac);
#pragma warning restore CA5350
        return CryptographicOperations.FixedTimeEquals(mac, _bytes.Slice(_integrityOffset + 4, IntegrityLength));
    }

    private string? ReadAttributes()
    {
        int offset = HeaderLength;
        while (offset < _bytes.Length)
        {
            if (_bytes.Length - offset < 4)
            {
                return "a truncated attribute header";
            }

            ushort type = BinaryPrimitives.ReadUInt16BigEndian(_bytes[offset..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(_bytes[(offset + 2)..]);
            int padded = (length + 3) & ~3;
            if (padded > _bytes.Length - offset - 4)
            {
                return "an attribute runs past the end";
            }

            ReadOnlySpan<byte> value = _bytes.Slice(offset + 4, length);

            // Whatever follows MESSAGE-INTEGRITY is not covered by it and is ignored, but for FINGERPRINT (RFC 8489 section 14.5).
            string? reason = HasIntegrity && type != (ushort)StunAttribute.Fingerprint ? null : ReadAttribute(type, value, offset);
            if (reason is not null)
            {
                return reason;
            }

            offset += 4 + padded;
        }

        return null;
    }

    private string? ReadAttribute(ushort type, ReadOnlySpan<byte> value, int offset)
    {
        switch ((StunAttribute)type)
        {
            case StunAttribute.Username:
                Username = value;
                return value.Length > 513 ? "USERNAME is too long" : null;
            case StunAttribute.MessageIntegrity:
                _integrityOffset = offset;
                return value.Length != IntegrityLength ? "MESSAGE-INTEGRITY has a wrong length" : null;
            case StunAttribute.Fingerprint:
                if (value.Length != 4 || offset + 8 != _bytes.Length ||
                    (Crc32.HashToUInt32(_bytes[..offset]) ^ FingerprintXor) != BinaryPrimitives.ReadUInt32BigEndian(value))
                {
                    return "FINGERPRINT is wrong";
                }

                HasFingerprint = true;
                return null;
            case StunAttribute.Priority:
                Priority = value.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(value) : 0;
                return value.Length == 4 ? null : "PRIORITY has a wrong length";
            case StunAttribute.UseCandidate:
                UseCandidate = true;
                return null;
            case StunAttribute.IceControlling:
                Controlling = value.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(value) : null;
                return value.Length == 8 ? null : "ICE-CONTROLLING has a wrong length";
            case StunAttribute.IceControlled:
                Controlled = value.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(value) : null;
                return value.Length == 8 ? null : "ICE-CONTROLLED has a wrong length";
            case StunAttribute.XorMappedAddress:
                return ReadMappedAddress(value);
            case StunAttribute.ErrorCode:
                if (value.Length < 4)
                {
                    return "ERROR-CODE has a wrong length";
                }

                ErrorCode = ((value[2] & 7) * 100) + value[3];
                return null;
            default:
                if (type < 0x8000 && type != (ushort)StunAttribute.UnknownAttributes && UnknownRequired == 0)
                {
                    UnknownRequired = type;
                }

                return null;
        }
    }

    private string? ReadMappedAddress(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (8 or 20) || value[1] != (value.Length == 8 ? 1 : 2))
        {
            return "XOR-MAPPED-ADDRESS has a wrong length or family";
        }

        ushort port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (MagicCookie >> 16));
        if (value.Length == 8)
        {
            MappedAddress = TransportAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(value[4..]) ^ MagicCookie, port);
        }
        else
        {
            UInt128 mask = BinaryPrimitives.ReadUInt128BigEndian(_bytes[4..]);
            MappedAddress = new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(value[4..]) ^ mask, port);
        }

        return null;
    }
}
