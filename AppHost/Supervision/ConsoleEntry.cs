using System.Text.RegularExpressions;

namespace Nsn.AppHost.Supervision;

/// <summary>
/// The first line of an entry of .NET's console logger: <c>warn: Category[7]</c>, with the message indented on the lines after it, or, as our hosts are
/// configured, <c>12:34:56.789 warn: Category[7] message exception</c> and nothing after it.
/// </summary>
/// <param name="Level">The level, as it is written.</param>
/// <param name="Category">Who writes it; empty where that is not told.</param>
/// <param name="Message">The message, with an exception but without its stack trace; empty where it is on the next line.</param>
internal sealed partial record ConsoleEntry(string Level, string Category, string Message)
{
    /// <summary>How the lines after the first one begin.</summary>
    public const string Indentation = "      ";

    // What a health check says is told as such; every look at it is an entry.
    private const string HealthChecks = "Microsoft.Extensions.Diagnostics.HealthChecks.";

    /// <summary>Whether it is something that a person should know.</summary>
    public bool IsComplaint => Level is "warn" or "fail" or "crit" && !Category.StartsWith(HealthChecks, StringComparison.Ordinal);

    /// <summary>Null where the line does not begin an entry.</summary>
    public static ConsoleEntry? TryRead(string line)
    {
        if (line.Contains('\u001b', StringComparison.Ordinal))
            line = Colour().Replace(line, "");
        if (Head().Match(line) is not { Success: true } head)
            return null;
        // On one line a stack trace follows its exception after the space that stands for the end of a line.
        string message = head.Groups["message"].Value;
        int stack = message.IndexOf("    at ", StringComparison.Ordinal);
        return new ConsoleEntry(head.Groups["level"].Value, head.Groups["category"].Value, (stack < 0 ? message : message[..stack]).Trim());
    }

    [GeneratedRegex(@"^[\d\[\]()/:.,TZ+ -]*(?<level>trce|dbug|info|warn|fail|crit): ((?<category>\S+)\[-?\d+\]( |$))?(?<message>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex(@"\u001b\[[0-9;]*m")]
    private static partial Regex Colour();
}
