using System.Text.RegularExpressions;

namespace Nsn.AppHost.Dashboard;

/// <summary>Hides passwords and keys in what the dashboard shows.</summary>
internal static partial class SecretMask
{
    private const string Hidden = "•••";

    /// <summary>The value with its secret parts replaced.</summary>
    public static string Apply(string name, string value) =>
        NamesSecret().IsMatch(name) ? Hidden : SecretPart().Replace(value, $"$1={Hidden}");

    [GeneratedRegex("password|secret|token|accountkey|apikey|_key$", RegexOptions.IgnoreCase)]
    private static partial Regex NamesSecret();

    [GeneratedRegex("(password|pwd|accountkey|sharedaccesssignature|sig)=[^;]*", RegexOptions.IgnoreCase)]
    private static partial Regex SecretPart();
}
