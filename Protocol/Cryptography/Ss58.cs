using System.Diagnostics.CodeAnalysis;

namespace Nsn.Protocol.Cryptography;

/// <summary>
/// SS58, the text form of accounts in Substrate: base58(prefix ‖ account ‖ checksum), where the checksum is the first two bytes of
/// BLAKE2b-512("SS58PRE" ‖ prefix ‖ account). The prefix names the network; 42 stands for any.
/// </summary>
public static class Ss58
{
    /// <summary>The prefix of addresses that are not bound to a network.</summary>
    public const ushort GenericPrefix = 42;

    /// <summary>The largest prefix: 14 bits.</summary>
    public const ushort PrefixMax = 16383;

    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const int BytesMax = 2 + AccountId.Size + 2;
    private const int CharactersMax = 50; // 36 bytes * 8 / log2(58) = 49.2

    /// <summary>The address of <paramref name="account"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The prefix is above <see cref="PrefixMax"/> or one of the two reserved ones, 46 and 47.</exception>
    public static string Encode(in AccountId account, ushort prefix = GenericPrefix)
    {
        if (prefix > PrefixMax || prefix is 46 or 47)
            throw new ArgumentOutOfRangeException(nameof(prefix), prefix, "not a prefix of SS58");
        Span<byte> bytes = stackalloc byte[BytesMax];
        int head = WritePrefix(bytes, prefix);
        account.AsSpan().CopyTo(bytes[head..]);
        Checksum(bytes[..(head + AccountId.Size)], bytes.Slice(head + AccountId.Size, 2));
        return EncodeBase58(bytes[..(head + AccountId.Size + 2)]);
    }

    /// <summary>Reads an address and checks its checksum.</summary>
    public static bool TryDecode([NotNullWhen(true)] string? text, out AccountId account, out ushort prefix, [NotNullWhen(false)] out string? reason)
    {
        account = default;
        prefix = 0;
        Span<byte> bytes = stackalloc byte[BytesMax];
        if (string.IsNullOrEmpty(text) || text.Length > CharactersMax)
            reason = "an address has 1 to 50 characters";
        else if (!TryDecodeBase58(text, bytes, out int length))
            reason = "not base58, or too long for an account";
        else if (!TryReadPrefix(bytes[..length], out prefix, out int head))
            reason = "the network prefix is not well-formed";
        else if (length != head + AccountId.Size + 2)
            reason = "the length is not that of an account of 32 bytes";
        else if (!ChecksumFits(bytes[..length]))
            reason = "the checksum does not fit: look for a mistyped character";
        else
        {
            account = new AccountId(bytes.Slice(head, AccountId.Size));
            reason = null;
            return true;
        }

        return false;
    }

    private static int WritePrefix(Span<byte> bytes, ushort prefix)
    {
        if (prefix < 64)
        {
            bytes[0] = (byte)prefix;
            return 1;
        }

        bytes[0] = (byte)((prefix & 0xFC) >> 2 | 0x40);
        bytes[1] = (byte)(prefix >> 8 | (prefix & 3) << 6);
        return 2;
    }

    private static bool TryReadPrefix(ReadOnlySpan<byte> bytes, out ushort prefix, out int length)
    {
        prefix = 0;
        length = 1;
        if (bytes.Length < 3 || bytes[0] >= 128)
            return false;
        if (bytes[0] < 64)
        {
            prefix = bytes[0];
            return true;
        }

        length = 2;
        prefix = (ushort)((bytes[0] & 0x3F) << 2 | bytes[1] >> 6 | (bytes[1] & 0x3F) << 8);
        return prefix >= 64; // a smaller one has a shorter form
    }

    private static bool ChecksumFits(ReadOnlySpan<byte> bytes)
    {
        Span<byte> expected = stackalloc byte[2];
        Checksum(bytes[..^2], expected);
        return expected.SequenceEqual(bytes[^2..]);
    }

    private static void Checksum(ReadOnlySpan<byte> bytes, Span<byte> checksum)
    {
        Span<byte> input = stackalloc byte[7 + BytesMax];
        "SS58PRE"u8.CopyTo(input);
        bytes.CopyTo(input[7..]);
        Span<byte> digest = stackalloc byte[64];
        Blake2b.Hash(input[..(7 + bytes.Length)], digest);
        digest[..2].CopyTo(checksum);
    }

    private static string EncodeBase58(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digits = stackalloc byte[CharactersMax];
        int count = 0;
        foreach (byte value in bytes)
        {
            int carry = value;
            for (int i = 0; i < count; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }

            for (; carry > 0; carry /= 58)
                digits[count++] = (byte)(carry % 58);
        }

        int zeros = LeadingZeros(bytes);
        Span<char> text = stackalloc char[CharactersMax + BytesMax];
        text[..zeros].Fill('1');
        for (int i = 0; i < count; i++)
            text[zeros + i] = Alphabet[digits[count - 1 - i]];
        return new string(text[..(zeros + count)]);
    }

    private static bool TryDecodeBase58(string text, Span<byte> bytes, out int length)
    {
        length = 0;
        Span<byte> reversed = stackalloc byte[BytesMax];
        int count = 0;
        foreach (char character in text)
        {
            int carry = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (carry < 0)
                return false;
            for (int i = 0; i < count; i++)
            {
                carry += reversed[i] * 58;
                reversed[i] = (byte)carry;
                carry >>= 8;
            }

            for (; carry > 0; carry >>= 8)
            {
                if (count == BytesMax)
                    return false;
                reversed[count++] = (byte)carry;
            }
        }

        int zeros = text.AsSpan().IndexOfAnyExcept('1');
        zeros = zeros < 0 ? text.Length : zeros;
        length = zeros + count;
        if (length > BytesMax)
            return false;
        bytes[..zeros].Clear();
        for (int i = 0; i < count; i++)
            bytes[zeros + i] = reversed[count - 1 - i];
        return true;
    }

    private static int LeadingZeros(ReadOnlySpan<byte> bytes)
    {
        int first = bytes.IndexOfAnyExcept((byte)0);
        return first < 0 ? bytes.Length : first;
    }
}
