using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Nsn.Vortex.Media;

/// <summary>Runs <c>ffmpeg</c> as a child process with pipes; nothing touches the disk.</summary>
public sealed class Ffmpeg
{
    private const int ErrorTextMax = 4000;

    private static readonly string[] s_commonArguments = ["-hide_banner", "-nostdin", "-loglevel", "error"];

    /// <summary>Creates a runner.</summary>
    /// <param name="path">The program; <c>ffmpeg</c> is looked up in PATH.</param>
    public Ffmpeg(string path = "ffmpeg") => Path = path;

    /// <summary>The program that is run.</summary>
    public string Path { get; }

    /// <summary>Starts a process; the caller owns it.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.MissingTool"/> when there is no such program.</exception>
    internal FfmpegProcess Start(IEnumerable<string> arguments)
    {
        if (string.IsNullOrWhiteSpace(Path))
            throw new ClipException(ClipError.MissingTool, "The path of ffmpeg is empty: install ffmpeg, or give its path.");
        var start = new ProcessStartInfo(Path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in s_commonArguments.Concat(arguments))
            start.ArgumentList.Add(argument);
        try
        {
            return new FfmpegProcess(Process.Start(start) ?? throw new ClipException(ClipError.MissingTool, $"'{Path}' did not start."));
        }
        catch (Exception exception) when (exception is Win32Exception or FileNotFoundException)
        {
            throw new ClipException(
                ClipError.MissingTool, $"'{Path}' cannot be run ({exception.Message}): install ffmpeg, or give its path.", exception);
        }
    }

    /// <summary>Feeds <paramref name="input"/> and returns all that the process writes.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Media"/> with ffmpeg's own words when it fails.</exception>
    internal async Task<byte[]> RunAsync(ReadOnlyMemory<byte> input, IEnumerable<string> arguments, int outputBytesMax, CancellationToken cancellationToken)
    {
        await using var process = Start(arguments);
        var writing = WriteAsync(process, input, cancellationToken);
        using var output = new MemoryStream();
        var buffer = new byte[128 << 10];
        int read;
        while ((read = await process.Output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (output.Length + read > outputBytesMax)
                throw new ClipException(ClipError.Media, $"ffmpeg gave more than the {outputBytesMax} bytes that the clip can have.");
            output.Write(buffer, 0, read);
        }

        await writing.ConfigureAwait(false);
        await process.CheckExitAsync(cancellationToken).ConfigureAwait(false);
        return output.ToArray();
    }

    private static async Task WriteAsync(FfmpegProcess process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.Input.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            process.Input.Close();
        }
        catch (IOException)
        {
            // ffmpeg closed its input early; its exit code tells whether that was right.
        }
    }

    /// <summary>A running process; disposing kills it.</summary>
    internal sealed class FfmpegProcess : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly Task<string> _errors;

        public FfmpegProcess(Process process)
        {
            _process = process;
            _errors = ReadErrorsAsync(process.StandardError);
        }

        public Stream Input => _process.StandardInput.BaseStream;

        public Stream Output => _process.StandardOutput.BaseStream;

        public async Task CheckExitAsync(CancellationToken cancellationToken)
        {
            await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (_process.ExitCode != 0)
                throw new ClipException(ClipError.Media, $"ffmpeg failed ({_process.ExitCode}): {(await _errors.ConfigureAwait(false)).Trim()}");
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (!_process.HasExited)
                    _process.Kill(entireProcessTree: true); // a script in front of ffmpeg may have children
            }
            catch (InvalidOperationException)
            {
                // Already gone.
            }

            await _errors.ConfigureAwait(false);
            _process.Dispose();
        }

        private static async Task<string> ReadErrorsAsync(StreamReader reader)
        {
            var text = new StringBuilder();
            var buffer = new char[1024];
            try
            {
                int read;
                while ((read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                {
                    if (text.Length < ErrorTextMax)
                        text.Append(buffer, 0, Math.Min(read, ErrorTextMax - text.Length));
                }
            }
            catch (IOException)
            {
                // The process went away.
            }

            return text.ToString();
        }
    }
}
