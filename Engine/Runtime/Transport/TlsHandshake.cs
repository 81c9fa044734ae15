using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>The first thing on a connection that is to be encrypted. It fails with a reason that can be logged.</summary>
internal static class TlsHandshake
{
    /// <summary>As the silo that was connected to.</summary>
    public static async Task<SslStream> AnswerAsync(Socket socket, TlsOptions options, CancellationToken cancellationToken)
    {
        var judge = new Judge(options, options.ClientCertificateMode);
        var stream = new SslStream(new NetworkStream(socket));
        await CompleteAsync(stream, judge, stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = options.LocalCertificate,
                ClientCertificateRequired = options.ClientCertificateMode != RemoteCertificateMode.NoCertificate,
                EnabledSslProtocols = options.SslProtocols,
                RemoteCertificateValidationCallback = judge.Accepts,
                CertificateRevocationCheckMode = options.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            },
            cancellationToken));
        return stream;
    }

    /// <summary>As who connects.</summary>
    public static async Task<SslStream> AskAsync(Socket socket, TlsOptions options, string host, CancellationToken cancellationToken)
    {
        var judge = new Judge(options, options.RemoteCertificateMode);
        var stream = new SslStream(new NetworkStream(socket));
        await CompleteAsync(stream, judge, stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ClientCertificates = [options.LocalCertificate!],
                EnabledSslProtocols = options.SslProtocols,
                RemoteCertificateValidationCallback = judge.Accepts,
                CertificateRevocationCheckMode = options.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            },
            cancellationToken));
        return stream;
    }

    private static async Task CompleteAsync(SslStream stream, Judge judge, Task handshake)
    {
        try
        {
            await handshake;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await stream.DisposeAsync();
            throw new AuthenticationException(judge.Reason ?? $"There was no TLS handshake with a certificate that both sides accept: {exception.InnerException?.Message ?? exception.Message}", exception);
        }
    }

    /// <summary>Decides about the certificate of the other side, and remembers why it refused.</summary>
    private sealed class Judge(TlsOptions options, RemoteCertificateMode mode)
    {
        public string? Reason { get; private set; }

        public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            var shown = certificate as X509Certificate2;
            Reason = shown is null ? WithoutCertificate() : WhyRefused(shown, chain, errors);
            return Reason is null;
        }

        private string? WithoutCertificate() => mode == RemoteCertificateMode.RequireCertificate ? "It showed no certificate." : null;

        private string? WhyRefused(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (options.RemoteCertificateValidation is { } validation)
                return validation(certificate, chain, errors) ? null : $"Its certificate {certificate.Subject} was refused by the validation of this process.";
            if (options.PinnedThumbprints.Count > 0)
            {
                var thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
                return options.PinnedThumbprints.Contains(thumbprint) ? null : $"Its certificate {certificate.Subject} has the thumbprint {thumbprint}, which is not among those pinned.";
            }

            if (options.TrustedAuthorities.Count > 0)
                return WhyNotIssued(certificate, chain);
            var remaining = errors & ~SslPolicyErrors.RemoteCertificateNameMismatch;
            return remaining == SslPolicyErrors.None ? null : $"Its certificate {certificate.Subject} is not valid: {remaining}.";
        }

        private string? WhyNotIssued(X509Certificate2 certificate, X509Chain? shown)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(options.TrustedAuthorities);
            chain.ChainPolicy.RevocationMode = options.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = !options.CheckCertificateRevocation;
            if (shown is not null)
                chain.ChainPolicy.ExtraStore.AddRange(shown.ChainElements.Select(element => element.Certificate).ToArray());
            return chain.Build(certificate)
                ? null
                : $"Its certificate {certificate.Subject} was not issued by a trusted authority: {string.Join(", ", chain.ChainStatus.Select(status => status.Status))}.";
        }
    }
}
