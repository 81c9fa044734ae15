using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Nsn.Protocol.Cryptography;

/// <summary>
/// A file with the seed of a private key: 64 hexadecimal digits and a line feed. It appears whole or not at all, only its owner may read it (mode 0600), and
/// an existing file is never overwritten.
/// </summary>
public static class KeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int TextBytes = Ed25519Signer.SeedBytes * 2 + 1;

    /// <summary>Writes <paramref name="seed"/> into a new file.</summary>
    /// <exception cref="IOException">The file is already there, or cannot be written.</exception>
    public static void Create(string path, ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Ed25519Signer.SeedBytes)
            throw new ArgumentException($"a seed has {Ed25519Signer.SeedBytes} bytes", nameof(seed));
        byte[] text = new byte[TextBytes];
        Convert.TryToHexStringLower(seed, text, out _);
        text[^1] = (byte)'\n';
        string temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        try
        {
            using (FileStream stream = new(temporary, options))
            {
                stream.Write(text);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            File.Delete(temporary);
        }
    }

    /// <summary>Reads the seed. Refuses a file that others may read.</summary>
    public static bool TryRead(string path, [NotNullWhen(true)] out byte[]? seed, [NotNullWhen(false)] out string? reason)
    {
        seed = null;
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
            {
                reason = "others than the owner may read the key file: chmod 600 it";
                return false;
            }

            byte[] text = new byte[TextBytes + 1];
            int length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            byte[] read = new byte[Ed25519Signer.SeedBytes];
            bool good = length is TextBytes - 1 or TextBytes
                && (length < TextBytes || text[TextBytes - 1] == '\n')
                && Convert.FromHexString(text.AsSpan(0, TextBytes - 1), read, out _, out _) == System.Buffers.OperationStatus.Done;
            CryptographicOperations.ZeroMemory(text);
            reason = good ? null : "a key file is 64 hexadecimal digits and a line feed";
            seed = good ? read : null;
            return good;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
            return false;
        }
    }
}
