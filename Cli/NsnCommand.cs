using System.CommandLine;
using Nsn.Vortex;

namespace Nsn.Cli;

/// <summary>The command line: verbs, and what every verb does about failures.</summary>
public static class NsnCommand
{
    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="output">Results.</param>
    /// <param name="errors">Progress and failures.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand("Television that an AI network makes, and that nobody has to trust.")
        {
            GenerateCommand.Create(),
            VerifyCommand.Create(),
            CompareCommand.Create(),
            ModelsCommand.Create(),
            DevicesCommand.Create(),
            CertCommand.Create(),
            WatchCommand.Create(),
            PublishCommand.Create(),
        };
        var configuration = new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false };
        var parsed = root.Parse(arguments);
        try
        {
            var code = await parsed.InvokeAsync(configuration).ConfigureAwait(false);
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (ClipException exception)
        {
            await errors.WriteLineAsync($"nsn: {exception.Message}").ConfigureAwait(false);
            return ExitCode.Of(exception.Error);
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("nsn: cancelled.").ConfigureAwait(false);
            return ExitCode.TimedOut;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"nsn: {exception.Message}").ConfigureAwait(false);
            return ExitCode.Storage;
        }
    }
}
