namespace Nsn.AppHost.Supervision;

/// <summary>Finds the last thing that a program complained about in its console.</summary>
internal static class Complaint
{
    private const int LinesSearched = 400;

    /// <summary>The message of the last warning or error of a .NET console logger, or the last line on standard error that is no entry of one; null where
    /// there is neither.</summary>
    public static string? Last(LogBuffer log, long after = 0)
    {
        IReadOnlyList<LogLine> lines = log.ReadAfter(after, LinesSearched);
        for (int i = lines.Count - 1; i >= 0; i--)
        {
            string text = lines[i].Text.Trim();
            if (ConsoleEntry.TryRead(lines[i].Text) is { } entry)
            {
                if (entry.IsComplaint)
                    return entry.Message.Length > 0 ? entry.Message : MessageAfter(lines, i) ?? text;
            }
            else if (lines[i].IsError && lines[i].Level.Length == 0 && text.Length > 0 && !IsOurs(text) && !IsStackTrace(text))
            {
                return text;
            }
        }

        return null;
    }

    // The other stream's lines may have come in between.
    private static string? MessageAfter(IReadOnlyList<LogLine> lines, int head) =>
        lines.Skip(head + 1).FirstOrDefault(line => line.IsError == lines[head].IsError)?.Text.Trim();

    // What AppHost itself writes into the console is told elsewhere.
    private static bool IsOurs(string text) => text.StartsWith("AppHost: ", StringComparison.Ordinal);

    private static bool IsStackTrace(string text) => text.StartsWith("at ", StringComparison.Ordinal) || text.StartsWith("---", StringComparison.Ordinal);
}
