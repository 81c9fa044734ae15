using System.CommandLine;
using Nsn.Vortex.Inference;

namespace Nsn.Cli;

/// <summary><c>nsn devices</c>: what can run graphs here, and what <c>auto</c> takes.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var command = new Command("devices", "Show what can run graphs here.");
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine($"runtime library: {string.Join(", ", InferenceDevice.AvailableProviders())}");
            using var device = new InferenceDevice();
            output.WriteLine($"auto: {device.Provider} with {device.Threads} threads, because {device.Reason}");
            return ExitCode.Success;
        });
        return command;
    }
}
