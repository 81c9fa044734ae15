namespace Nsn.AppHost.Hosting;

/// <summary>Keeps two AppHosts from using one data folder. The system gives the lock back however we end.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    public static DataFolderLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "apphost.lock");
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
}
