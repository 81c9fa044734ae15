namespace Nsn.AppHost.Hosting;

/// <summary>Keeps two AppHosts from using one data folder. The system gives the lock back however we end.</summary>
internal sealed class DataFolderLock : IDisposable
{
    // EWOULDBLOCK and ERROR_SHARING_VIOLATION.
    private const int TakenOnLinux = 11, TakenOnMac = 35, TakenOnWindows = unchecked((int)0x80070020);
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Whether a folder is one that an AppHost has used.</summary>
    public static bool IsKnown(string folder) => File.Exists(FileOf(folder));

    /// <summary>Takes the folder, and makes it where it is not there.</summary>
    /// <exception cref="AppHostException">Another AppHost has it, or it cannot be used; with what to do.</exception>
    public static DataFolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new DataFolderLock(new FileStream(FileOf(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (error.HResult is TakenOnLinux or TakenOnMac or TakenOnWindows)
        {
            throw new AppHostException($"Another AppHost uses {folder}: end it first, or give this one a folder of its own with --Data=PATH.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AppHostException($"The data folder {folder} cannot be used: {error.Message} Put that right, or choose another folder with --Data=PATH.", error);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string FileOf(string folder) => Path.Combine(folder, "apphost.lock");
}
