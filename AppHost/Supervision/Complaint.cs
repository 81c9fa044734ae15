namespace Nsn.AppHost.Supervision;

/// <summary>Finds the last thing that a program complained about in its console.</summary>
internal static class Complaint
{
    private const int LinesSearched = 400;
    private static readonly string[] Levels = ["warn: ", "fail: ", "crit: "];

    /// <summary>The last warning or error of a .NET console logger (which writes the level and the category on one line and the message on the next), or
    /// the last line on standard error; null where there is neither.</summary>
    public static string? Last(LogBuffer log, long after = 0)
    {
        IReadOnlyList<LogLine> lines = log.ReadAfter(after, LinesSearched);
        for (int i = lines.Count - 1; i >= 0; i--)
        {
            string text = lines[i].Text.Trim();
            if (lines[i].IsError && text.Length > 0 && !IsOurs(text) && !IsStackTrace(text))
                return text;
            if (Levels.Any(level => lines[i].Text.StartsWith(level, StringComparison.Ordinal)))
                return i + 1 < lines.Count ? lines[i + 1].Text.Trim() : text;
        }

        return null;
    }

    // What AppHost itself writes into the console is told elsewhere.
    private static bool IsOurs(string text) => text.StartsWith("AppHost: ", StringComparison.Ordinal);

    private static bool IsStackTrace(string text) => text.StartsWith("at ", StringComparison.Ordinal) || text.StartsWith("---", StringComparison.Ordinal);
}
