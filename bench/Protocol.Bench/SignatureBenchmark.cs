using System.Diagnostics;
using System.Globalization;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Bench;

/// <summary>Ed25519 through this library beside OpenSSL's own benchmark, both on one core.</summary>
internal sealed class SignatureBenchmark : IBenchmark
{
    public string Name => "signatures";

    public void Run(Results results)
    {
        using ISigner signer = Ed25519.Instance.CreateSigner(new byte[32]);
        byte[] message = new byte[193];
        Signature64 signature = signer.Sign(message);
        results.Report("ed25519_sign_per_s", 1 / Results.Seconds(() => signer.Sign(message)), "-");

        // In turns, because the machine's speed drifts.
        double[] ours = new double[5], theirs = new double[5];
        for (int i = 0; i < ours.Length; i++)
        {
            ours[i] = 1 / Results.Seconds(() => Ed25519.Instance.Verify(signer.PublicKey, message, signature), rounds: 3);
            theirs[i] = OpenSslSpeed() ?? 0;
        }

        Array.Sort(ours);
        Array.Sort(theirs);
        results.Report("ed25519_verify_per_s", ours[2], "within 10 % of OpenSSL");
        if (theirs[2] > 0)
        {
            results.Report("openssl_ed25519_verify_per_s", theirs[2], "-");
            results.Report("ed25519_verify_relative", ours[2] / theirs[2], ">= 0.9");
        }
    }

    // The last line: "253 bits EdDSA (Ed25519)   0.0000s   0.0001s  22261.7   9006.7".
    private static double? OpenSslSpeed()
    {
        try
        {
            ProcessStartInfo start = new("openssl", "speed -seconds 1 ed25519") { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string[] words = process.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            return words.Length > 0 && double.TryParse(words[^1], CultureInfo.InvariantCulture, out double perSecond) ? perSecond : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no openssl program here
        }
    }
}
