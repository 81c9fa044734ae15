using Microsoft.Extensions.Configuration;

namespace Nsn.AppHost.Hosting;

/// <summary>What may stand on the command line: a slip of the keyboard is told, not passed over.</summary>
internal static class CommandLine
{
    private static readonly string[] s_always = ["Only", "Data", "Root", "Postgres:Source", "Silo:Device"];
    private static readonly string[] s_sections = ["Ports", "ConnectionStrings"];
    private static readonly string[] s_smoke = ["prompt", "json"];

    /// <summary>Whether somebody only wants to know what there is.</summary>
    public static bool AsksForHelp(IEnumerable<string> settings) => settings.Any(setting => setting is "--help" or "-h" or "-?");

    /// <exception cref="AppHostException">A setting has no value, is written another way, or is none of this command's.</exception>
    public static void Check(string command, string[] settings)
    {
        for (int i = 0; i < settings.Length; i++)
        {
            string setting = settings[i];
            if (!setting.StartsWith("--", StringComparison.Ordinal) || setting.Length < 3)
                throw new AppHostException($"'{setting}' is not understood: settings are written --Name=value. What there is: dotnet run --project AppHost -- help");
            if (!setting.Contains('=', StringComparison.Ordinal) && (++i == settings.Length || settings[i].StartsWith("--", StringComparison.Ordinal)))
                throw new AppHostException($"{setting} has no value: write {setting}=VALUE");
        }

        string[] known = command == "smoke" ? [.. s_always, .. s_smoke] : s_always;
        foreach (var (name, value) in new ConfigurationBuilder().AddCommandLine(settings).Build().AsEnumerable())
        {
            if (value is not null && !known.Contains(name, StringComparer.OrdinalIgnoreCase) && !s_sections.Any(section => name.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)))
            {
                throw new AppHostException(
                    $"there is no setting '{name}' of {command}. There are: {string.Join(", ", known.Concat(s_sections.Select(section => section + ":NAME")))}. What they do: dotnet run --project AppHost -- help");
            }
        }
    }
}
