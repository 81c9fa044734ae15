using System.Globalization;
using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Provisioning;

/// <summary>A folder of ours in a place where everybody may make folders, under a name that others can foresee.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    // Of st_mode, stat(2).
    private const int TypeMask = 0xF000, TypeOfFolder = 0x4000, PermissionMask = 0x1FF;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes the folder, or takes the one that is there if it is ours: a folder and no link, of root or the unprivileged user, writable by nobody else. Others cannot enter it afterwards.</summary>
    /// <exception cref="AppHostException">Somebody else has made it.</exception>
    public static async Task EnsureAsync(string path, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // In one step, so that it is closed from the beginning. What is there already, a link as well, stays as it is, and is looked at below.
        if (!Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
            Directory.CreateDirectory(path, Mode);
        // Numbers, which are the same in every language; a link is not followed.
        CommandResult found = await Command.RunAsync("stat", ["-c", "%f %u", path], null, null, cancellationToken).ConfigureAwait(false);
        string[] facts = found.Output.Trim().Split(' ');
        if (found.ExitCode != 0 || facts.Length != 2 || !int.TryParse(facts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int bits))
            throw new AppHostException($"{path} cannot be looked at: {found.Output}");
        if ((bits & TypeMask) != TypeOfFolder)
            throw Refuse(path, "is no folder");
        if (facts[1] != "0" && facts[1] != UnprivilegedUser.Id.ToString(CultureInfo.InvariantCulture))
            throw Refuse(path, $"belongs to user {facts[1]}");
        var mode = (UnixFileMode)(bits & PermissionMask);
        if ((mode & WritableByOthers) != 0)
            throw Refuse(path, "can be written by others");
        if (mode != Mode)
            File.SetUnixFileMode(path, Mode);
    }

    private static AppHostException Refuse(string path, string why) =>
        new($"{path} {why}, so PostgreSQL's data is not put there: find out who made it and delete it, or choose another data folder with --Data=FOLDER.");
}
