using System.Text.RegularExpressions;

namespace Nsn.AppHost.Dashboard;

/// <summary>Hides passwords and keys in what the dashboard shows.</summary>
internal static partial class SecretMask
{
    private const string Hidden = "•••";

    /// <summary>The value with its secret parts replaced.</summary>
    public static string Apply(string name, string value) =>
        NamesSecret().IsMatch(name) ? Hidden : UserInfo().Replace(SecretPart().Replace(value, $"$1{Hidden}"), $"$1{Hidden}@");

    // OTEL_EXPORTER_OTLP_HEADERS is where collectors' keys are.
    [GeneratedRegex("password|secret|token|accountkey|apikey|_key$|_headers$", RegexOptions.IgnoreCase)]
    private static partial Regex NamesSecret();

    // Connection strings allow spaces around the sign, and quotes with semicolons between them.
    [GeneratedRegex("((?:password|passphrase|pwd|psw|accountkey|sharedaccesskey|sharedaccesssignature|sig)\\s*=\\s*)(?:\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|[^;]*)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretPart();

    [GeneratedRegex("(://[^/?#@:]*:)[^/?#@]*@")]
    private static partial Regex UserInfo();
}
