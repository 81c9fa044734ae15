using System.CommandLine;
using Nsn.Vortex;
using Nsn.Vortex.Inference;

namespace Nsn.Cli;

/// <summary><c>nsn devices</c>: what can run graphs here, and what <c>auto</c> takes.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var name = new Option<string?>("--device") { Description = "Try this one only; exit code 1 when it does not open." };
        name.AcceptOnlyFromAmong([.. ProviderSelector.Names]);
        var command = new Command("devices", "Show what can run graphs here.") { name };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine($"runtime library: ONNX Runtime {RuntimeLibrary.Version}, {RuntimeLibrary.Path ?? "the one that comes along"}");
            output.WriteLine($"built for: {string.Join(", ", RuntimeLibrary.Providers())}");
            var wanted = parsed.GetValue(name) ?? "auto";
            try
            {
                using var device = new InferenceDevice(wanted);
                output.WriteLine($"{wanted}: {device.Provider} with {device.Threads} threads, because: {device.Reason}");
                return ExitCode.Success;
            }
            catch (ClipException exception) when (exception.Error == ClipError.InvalidRequest)
            {
                output.WriteLine($"{wanted}: {exception.Message}");
                return ExitCode.Negative;
            }
        });
        return command;
    }
}
