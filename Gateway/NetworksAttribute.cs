using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Nsn.Gateway;

/// <summary>A list of addresses and networks: <c>192.0.2.1</c>, <c>2001:db8::/32</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NetworksAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is IEnumerable<string> networks && networks.FirstOrDefault(network => !TryParse(network, out _)) is { } broken
            ? new ValidationResult($"'{broken}' in {validationContext.MemberName} is no address and no network like 192.0.2.0/24.")
            : ValidationResult.Success;

    /// <summary>Reads those that were found valid.</summary>
    public static IEnumerable<IPNetwork> Parse(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            if (TryParse(text, out var network))
                yield return network;
        }
    }

    /// <summary>Reads one of them; an address is a network of its own.</summary>
    private static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
            return true;
        if (!IPAddress.TryParse(text, out var address))
            return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}
