using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Tests;

/// <summary>A data folder of a test's own.</summary>
public sealed class DataFolder : IDisposable
{
    /// <param name="open">Whether other users may pass; a folder that is closed to them makes PostgreSQL live elsewhere where we are root.</param>
    public DataFolder(bool open = true)
    {
        Outer = Directory.CreateTempSubdirectory("nsn-apphost-").FullName;
        if (open && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(Outer, (UnixFileMode)0b111_101_101);
        Path = System.IO.Path.Combine(Outer, "data");
    }

    public string Path { get; }

    private string Outer { get; }

    public void Dispose()
    {
        if (DataFolderLock.IsKnown(Path))
            Commands.Reset(Path);
        Directory.Delete(Outer, recursive: true);
    }
}
