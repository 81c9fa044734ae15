using Nsn.Protocol.Ledger.Genesis;

namespace Nsn.Silo.Keys;

/// <summary>The keys of the dev chain's directors, which everybody knows, as files like any other director's.</summary>
internal static class DevKeys
{
    /// <summary>Opens the key folder, and puts the dev chain's keys there when they are not.</summary>
    public static FileDirectorKeys Open(string folder, ILogger<FileDirectorKeys> logger)
    {
        var keys = new FileDirectorKeys(folder, logger);
        foreach (var name in DevAccounts.Directors)
            keys.Add(DevAccounts.SeedOf(name));
        return keys;
    }
}
