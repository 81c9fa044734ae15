using System.Collections.Concurrent;
using Nsn.Grains.Directors;
using Nsn.Protocol.Cryptography;

namespace Nsn.Silo.Keys;

/// <summary>Director keys in a folder: one file per account, named after it, readable by its owner only.</summary>
internal sealed partial class FileDirectorKeys(string folder, ILogger<FileDirectorKeys> logger) : IDirectorKeys, IDisposable
{
    private readonly ConcurrentDictionary<AccountId, ISigner> _signers = new();

    public ISigner? Find(AccountId account)
    {
        if (_signers.TryGetValue(account, out var known))
            return known;
        var path = PathOf(folder, account);
        if (!File.Exists(path))
            return null;
        if (!KeyFile.TryRead(path, out var seed, out var reason))
        {
            LogUnusable(path, reason);
            return null;
        }

        var signer = new Ed25519Signer(seed);
        if (signer.PublicKey != account)
        {
            signer.Dispose();
            LogUnusable(path, "it holds the key of another account");
            return null;
        }

        return _signers.GetOrAdd(account, signer);
    }

    /// <summary>Writes a key that is not there yet.</summary>
    public void Add(ReadOnlySpan<byte> seed)
    {
        using var signer = new Ed25519Signer(seed);
        var path = PathOf(folder, signer.PublicKey);
        Directory.CreateDirectory(folder);
        if (File.Exists(path))
            return;
        try
        {
            KeyFile.Create(path, seed);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another silo with the same folder was faster.
        }
    }

    public void Dispose()
    {
        foreach (var signer in _signers.Values)
            signer.Dispose();
    }

    private static string PathOf(string folder, AccountId account) =>
        Path.Combine(folder, Convert.ToHexStringLower(account.AsSpan()) + ".key");

    [LoggerMessage(1, LogLevel.Error, "Key file {Path} cannot be used: {Reason}")]
    private partial void LogUnusable(string path, string reason);
}
