using System.CommandLine;
using System.CommandLine.Parsing;
using Nsn.Vortex;

namespace Nsn.Cli;

/// <summary>Files that the command line names: an empty name is a wrong command line, and what is written is there entirely or not at all.</summary>
internal static class Files
{
    /// <summary>An argument that is not empty.</summary>
    public static Argument<string> Argument(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result => RefuseBlank(result, name, result.Tokens));
        return argument;
    }

    /// <summary>Refuses an empty value of an option that names a file, folder or program.</summary>
    public static Option<T> NotBlank<T>(this Option<T> option)
    {
        option.Validators.Add(result => RefuseBlank(result, option.Name, result.Tokens));
        return option;
    }

    /// <summary>Says before any work whether a file could be written: its folder is there and takes files, and it is no folder itself.</summary>
    /// <exception cref="ClipException">With <see cref="ClipError.Storage"/>.</exception>
    public static void CheckPlace(string? path)
    {
        if (path is null or "-")
            return;
        if (Directory.Exists(path))
            throw new ClipException(ClipError.Storage, $"'{path}' cannot be written: it is a folder.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new ClipException(ClipError.Storage, $"'{path}' cannot be written: there is no folder '{folder}'.");
        var partial = Partial(path);
        var there = File.Exists(partial);
        try
        {
            using (File.Open(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
            {
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(path, exception);
        }

        if (!there)
            TryDelete(partial);
    }

    /// <summary>Writes a file beside and renames it, so that neither a full disk nor a cancelled command leaves half a file.</summary>
    /// <exception cref="ClipException">With <see cref="ClipError.Storage"/>.</exception>
    public static async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        var partial = Partial(path);
        try
        {
            await File.WriteAllBytesAsync(partial, bytes, cancellationToken).ConfigureAwait(false);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception exception)
        {
            TryDelete(partial);
            if (exception is IOException or UnauthorizedAccessException)
                throw NotWritten(path, exception);
            throw;
        }
    }

    private static string Partial(string path) => path + ".partial";

    private static ClipException NotWritten(string path, Exception exception) =>
        new(ClipError.Storage, $"'{path}' cannot be written: {exception.Message.TrimEnd('.')}. Make room, or choose another place.", exception);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The reason why the file could not be written is the one to tell.
        }
    }

    private static void RefuseBlank(SymbolResult result, string name, IReadOnlyList<Token> tokens)
    {
        if (tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            result.AddError($"{name} is empty.");
    }
}
