namespace Nsn.AppHost.Hosting;

/// <summary>Keeps two AppHosts from using one data folder. The system gives the lock back however we end.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Whether a folder is one that an AppHost has used.</summary>
    public static bool IsKnown(string folder) => File.Exists(FileOf(folder));

    public static DataFolderLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = FileOf(folder);
        try
        {
            return new DataFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new AppHostException($"Another AppHost uses {folder}: end it first, or give this one a folder of its own with --Data=PATH.", error);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string FileOf(string folder) => Path.Combine(folder, "apphost.lock");
}
