using Microsoft.Extensions.Options;
using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>Finds settings of a <see cref="WebRtcServer"/> that cannot work, before a port is opened.</summary>
public sealed class WebRtcServerOptionsValidator : IValidateOptions<WebRtcServerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, WebRtcServerOptions options)
    {
        List<string> failures = [];
        CheckPort(failures, nameof(options.Port), options.Port);
        CheckPort(failures, nameof(options.PublicPort), options.PublicPort);
        CheckPort(failures, nameof(options.TcpPort), options.TcpPort);
        CheckPort(failures, nameof(options.PublicTcpPort), options.PublicTcpPort);
        Require(failures, options.SessionsMax > 0, $"SessionsMax is {options.SessionsMax}; it must be at least 1.");
        Require(failures, options.Shards is >= 1 and <= 64, $"Shards is {options.Shards}; it must be 1 to 64, and not more than there are cores.");
        Require(failures, options.StartBitrate >= 100_000, $"StartBitrate is {options.StartBitrate} bits per second; it must be at least 100,000.");
        Require(failures, options.PlayoutDelay >= TimeSpan.Zero && options.PlayoutDelay <= PlayoutDelay.Max, $"PlayoutDelay is {options.PlayoutDelay.TotalMilliseconds} ms; it must be 0 to {PlayoutDelay.Max.TotalMilliseconds} ms.");
        Require(failures, options.VideoCodecs.Any(codec => codec.IsVideo()), "VideoCodecs names no video codec.");
        if (options.CertificatePath is { } path)
        {
            string? problem = MakeFolder(path);
            Require(failures, problem is null, $"The folder of CertificatePath cannot be made: {problem}");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    // The first start of an application finds no folder for its data yet.
    private static string? MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return exception.Message;
        }
    }

    private static void CheckPort(List<string> failures, string name, int port) =>
        Require(failures, port is >= 0 and <= 65_535, $"{name} is {port}; it must be 0 to 65535.");

    private static void Require(List<string> failures, bool holds, string otherwise)
    {
        if (!holds)
        {
            failures.Add("WebRtcServerOptions: " + otherwise);
        }
    }
}
