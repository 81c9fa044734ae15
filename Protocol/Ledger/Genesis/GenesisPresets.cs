using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;

namespace Nsn.Protocol.Ledger.Genesis;

/// <summary>Block 0 of the networks we know.</summary>
public static class GenesisPresets
{
    /// <summary>
    /// A network on one machine: ten directors in all seven regions, five super nodes, five validators, five users, all with keys that everybody knows
    /// (<see cref="DevAccounts"/>) and 10,000 NSN each, so that every role is there at once and epoch 0 has its directors in block 0.
    /// </summary>
    public static GenesisConfig Dev(string chainName = "nsn-dev")
    {
        var regions = Enum.GetValues<Region>();
        string[] all = [.. DevAccounts.Directors, .. DevAccounts.SuperNodes, .. DevAccounts.Validators, .. DevAccounts.Users, DevAccounts.Sudo];
        return new GenesisConfig
        {
            ChainName = chainName,
            Parameters = LedgerParameters.Dev,
            Balances = [.. all.Select(name => (DevAccounts.AccountOf(name), Units.Nsn(10_000)))],
            Stakes =
            [
                .. Spread(DevAccounts.Directors, 200),
                .. Spread(DevAccounts.SuperNodes, 60),
                .. Spread(DevAccounts.Validators, 20),
            ],
            SudoKey = DevAccounts.AccountOf(DevAccounts.Sudo),
            BootstrapSigners = [DevAccounts.AccountOf("Alice").ToArray()],
            BootstrapQuorum = 1,
        };

        IEnumerable<(AccountId Account, UInt128 Amount, Region Region)> Spread(IReadOnlyList<string> names, ulong amount) =>
            names.Select((name, index) => (DevAccounts.AccountOf(name), Units.Nsn(amount), regions[index % regions.Length]));
    }
}
