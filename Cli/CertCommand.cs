using System.CommandLine;
using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.Cli;

/// <summary><c>nsn cert verify</c>: did elected directors sign this, offline.</summary>
internal static class CertCommand
{
    private const int FileBytesMax = 64 << 10;

    public static Command Create()
    {
        var file = Files.Argument("file", "JSON with chain_id, epoch, directors (five accounts in the ledger's order) and certificate, all hexadecimal.");
        var slot = new Option<ulong?>("--slot") { Description = "The slot that the certificate must be for." };
        var pack = new Option<string?>("--model-pack") { Description = "The pack hash that it must name, hexadecimal." };
        var verify = new Command("verify", "Check the signatures of a certificate; exit code 1 when it does not hold.") { file, slot, pack };
        verify.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            if (new FileInfo(path).Length > FileBytesMax)
                throw new IOException($"'{path}' is larger than a certificate can be.");
            var problem = Check(
                await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), parsed.GetValue(slot), parsed.GetValue(pack), out var text);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(problem is null ? text : $"not valid: {problem}").ConfigureAwait(false);
            return problem is null ? ExitCode.Success : ExitCode.Negative;
        });
        return new Command("cert", "Certificates.") { verify };
    }

    /// <summary>What is wrong with a certificate, or null and a text that says what it states.</summary>
    internal static string? Check(byte[] bytes, ulong? slot, string? pack, out string text)
    {
        text = "";
        if (!TryRead(bytes, out var directors, out var encoded, out var problem))
            return problem;
        if (!Certificate.TryDecode(encoded, out var certificate, out var error))
            return $"the certificate cannot be read ({error}).";
        error = certificate.Verify(Ed25519.Instance, directors!);
        if (error != CertificateError.None)
            return $"the signatures do not hold ({error}).";
        var statement = certificate.Statement;
        if (slot is { } wanted && statement.Slot != wanted)
            return $"it is for slot {statement.Slot}, not {wanted}.";
        if (pack is not null && (!Hash256.TryParse(pack, out var hash) || hash != statement.ModelPackHash))
            return $"it names the model pack {statement.ModelPackHash}.";
        if (!certificate.IsAccept)
            return $"its {certificate.Signatures.Length} directors rejected the clip.";
        text = $"valid: slot {statement.Slot} of epoch {statement.Epoch}, {certificate.Signatures.Length} of {Quorum.Directors} directors accept content {statement.ContentRoot}";
        return null;
    }

    private static bool TryRead(byte[] bytes, out EpochDirectors? directors, out byte[] encoded, out string problem)
    {
        directors = null;
        encoded = [];
        problem = "";
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            var accounts = root.GetProperty("directors").EnumerateArray().Select(account => AccountId.Parse(account.GetString()!)).ToArray();
            directors = new EpochDirectors(Hash256.Parse(root.GetProperty("chain_id").GetString()!), root.GetProperty("epoch").GetUInt64(), accounts);
            var text = root.GetProperty("certificate").GetString() ?? "";
            encoded = Convert.FromHexString(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            problem = $"the file is not of the expected form ({exception.Message})";
            return false;
        }
    }
}
