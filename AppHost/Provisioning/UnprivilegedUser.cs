namespace Nsn.AppHost.Provisioning;

/// <summary>The user as which programs run that refuse root.</summary>
internal static class UnprivilegedUser
{
    public const string Name = "nobody";

    /// <summary>Its number, and its group's.</summary>
    public const int Id = 65534;

    public static readonly string[] SetprivArguments = ["--reuid", Name, "--regid", $"{Id}", "--clear-groups"];

    /// <summary>Whether programs that refuse root need this user here.</summary>
    public static bool IsNeeded => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    /// <summary>Whether the user can execute <paramref name="program"/>, which fails where a folder above is closed to others.</summary>
    public static async Task<bool> CanExecuteAsync(string program, CancellationToken cancellationToken)
    {
        CommandResult result = await Command.RunAsync(
            "setpriv", [.. SetprivArguments, "test", "-x", program], null, null, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0;
    }
}
