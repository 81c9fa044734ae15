using System.CommandLine;
using System.Text.Json.Nodes;
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
        var json = JsonOutput.Option("library, providers and the device");
        var command = new Command("devices", "Show what can run graphs here.") { name, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Files.CheckPlace(parsed.GetValue(json));
            var output = parsed.InvocationConfiguration.Output;
            var text = parsed.GetValue(json) == "-" ? TextWriter.Null : output;
            var wanted = parsed.GetValue(name) ?? "auto";
            var report = new JsonObject
            {
                ["runtime"] = RuntimeLibrary.Version,
                ["library"] = RuntimeLibrary.Path,
                ["providers"] = new JsonArray([.. RuntimeLibrary.Providers().Select(provider => (JsonNode)provider)]),
                ["wanted"] = wanted,
            };
            await text.WriteLineAsync($"runtime library: ONNX Runtime {RuntimeLibrary.Version}, {RuntimeLibrary.Path ?? "the one that comes along"}").ConfigureAwait(false);
            await text.WriteLineAsync($"built for: {string.Join(", ", RuntimeLibrary.Providers())}").ConfigureAwait(false);
            var opened = false;
            try
            {
                using var device = new InferenceDevice(wanted);
                await text.WriteLineAsync($"{wanted}: {device.Provider} with {device.Threads} threads, because: {device.Reason}").ConfigureAwait(false);
                report["provider"] = device.Provider.ToString().ToLowerInvariant();
                report["threads"] = device.Threads;
                report["reason"] = device.Reason;
                opened = true;
            }
            catch (ClipException exception) when (exception.Error == ClipError.InvalidRequest)
            {
                await text.WriteLineAsync($"{wanted}: {exception.Message}").ConfigureAwait(false);
                report["provider"] = null;
                report["threads"] = null;
                report["reason"] = exception.Message;
            }

            await JsonOutput.WriteAsync(parsed.GetValue(json), output, report, cancellationToken).ConfigureAwait(false);
            return opened ? ExitCode.Success : ExitCode.Negative;
        });
        return command;
    }
}
