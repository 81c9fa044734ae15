using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Stun;

/// <summary>Writes a STUN message into a buffer of the caller's (RFC 8489). The buffer must hold <see cref="StunMessage.LengthMax"/> bytes.</summary>
public ref struct StunWriter
{
    private readonly Span<byte> _buffer;

    /// <summary>Starts a message.</summary>
    /// <param name="buffer">Where it is written.</param>
    /// <param name="messageClass">The class.</param>
    /// <param name="transactionId">12 bytes.</param>
    /// <param name="method">The method, BINDING if not said.</param>
    public StunWriter(Span<byte> buffer, StunClass messageClass, scoped ReadOnlySpan<byte> transactionId, int method = StunMessage.BindingMethod)
    {
        _buffer = buffer;
        int type = (method & 0xF) | ((method & 0x70) << 1) | ((method & 0xF80) << 2) | (((int)messageClass & 2) << 7) | (((int)messageClass & 1) << 4);
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunMessage.MagicCookie);
        transactionId[..12].CopyTo(buffer[8..]);
        Length = StunMessage.HeaderLength;
    }

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Appends an attribute with its padding.</summary>
    public void Add(StunAttribute type, scoped ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[Length..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(Length + 2)..], (ushort)value.Length);
        value.CopyTo(_buffer[(Length + 4)..]);
        int padded = (value.Length + 3) & ~3;
        _buffer.Slice(Length + 4 + value.Length, padded - value.Length).Clear();
        Length += 4 + padded;
        SetLength(Length);
    }

    /// <summary>Appends a text attribute.</summary>
    public void Add(StunAttribute type, string value)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Math.Min(value.Length, 128))];
        int length = Encoding.UTF8.GetBytes(value.AsSpan(0, Math.Min(value.Length, 128)), bytes);
        Add(type, bytes[..length]);
    }

    /// <summary>Appends a 32-bit attribute.</summary>
    public void Add(StunAttribute type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Add(type, bytes);
    }

    /// <summary>Appends a 64-bit attribute.</summary>
    public void Add(StunAttribute type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Add(type, bytes);
    }

    /// <summary>Appends XOR-MAPPED-ADDRESS.</summary>
    public void AddMappedAddress(TransportAddress address)
    {
        Span<byte> bytes = stackalloc byte[20];
        bytes[0] = 0;
        bytes[1] = (byte)(address.IsIPv4 ? 1 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)(address.Port ^ (StunMessage.MagicCookie >> 16)));
        if (address.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], address.IPv4 ^ StunMessage.MagicCookie);
            Add(StunAttribute.XorMappedAddress, bytes[..8]);
            return;
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes[4..], address.Address ^ BinaryPrimitives.ReadUInt128BigEndian(_buffer[4..]));
        Add(StunAttribute.XorMappedAddress, bytes);
    }

    /// <summary>Appends ERROR-CODE.</summary>
    public void AddError(int code, string reason)
    {
        Span<byte> bytes = stackalloc byte[4 + 64];
        bytes.Clear();
        bytes[2] = (byte)(code / 100);
        bytes[3] = (byte)(code % 100);
        int length = Encoding.ASCII.GetBytes(reason.AsSpan(0, Math.Min(reason.Length, 64)), bytes[4..]);
        Add(StunAttribute.ErrorCode, bytes[..(4 + length)]);
    }

    /// <summary>Appends MESSAGE-INTEGRITY over everything so far.</summary>
    public void AddIntegrity(scoped ReadOnlySpan<byte> password)
    {
        SetLength(Length + 24);
        Span<byte> mac = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 8445 prescribes HMAC-SHA1 for connectivity checks.
        HMACSHA1.HashData(password, _buffer[..Length], mac);
#pragma warning restore CA5350
        Add(StunAttribute.MessageIntegrity, mac);
    }

    /// <summary>Appends FINGERPRINT, which must come last.</summary>
    public void AddFingerprint()
    {
        SetLength(Length + 8);
        Add(StunAttribute.Fingerprint, Crc32.HashToUInt32(_buffer[..Length]) ^ StunMessage.FingerprintXor);
    }

    private readonly void SetLength(int end) =>
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(end - StunMessage.HeaderLength));
}
