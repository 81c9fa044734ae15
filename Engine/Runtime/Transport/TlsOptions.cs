using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Orleans.Connections.Security;

/// <summary>
/// How connections between silos, and between clients and silos, are encrypted and who is let in. Both sides show a certificate; by default that of the other must be issued by
/// an authority this machine trusts.
/// </summary>
public class TlsOptions
{
    /// <summary>What this process shows, with its private key. Connections are not encrypted without it.</summary>
    public X509Certificate2? LocalCertificate { get; set; }

    /// <summary>What a process that connects demands of the silo it connects to.</summary>
    public RemoteCertificateMode RemoteCertificateMode { get; set; } = RemoteCertificateMode.RequireCertificate;

    /// <summary>What a silo demands of who connects to it. Orleans' default is <see cref="RemoteCertificateMode.AllowCertificate"/>; here both sides must show one.</summary>
    public RemoteCertificateMode ClientCertificateMode { get; set; } = RemoteCertificateMode.RequireCertificate;

    /// <summary>Decides about the other's certificate instead of what is below.</summary>
    public RemoteCertificateValidator? RemoteCertificateValidation { get; set; }

    /// <summary>The authorities that issue the cluster's certificates; when empty, those of the machine. Names in certificates are not compared: silos move.</summary>
    public X509Certificate2Collection TrustedAuthorities { get; } = [];

    /// <summary>SHA-256 thumbprints in hexadecimal digits of the only certificates that are let in, whoever issued them; when empty, the authorities decide.</summary>
    public ISet<string> PinnedThumbprints { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The protocols; none leaves the choice to the system.</summary>
    public SslProtocols SslProtocols { get; set; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    public bool CheckCertificateRevocation { get; set; }

    /// <summary>Lets everybody in who has a certificate. For development.</summary>
    public void AllowAnyRemoteCertificate() => RemoteCertificateValidation = static (_, _, _) => true;
}

/// <summary>What is demanded of the other side.</summary>
public enum RemoteCertificateMode
{
    /// <summary>It shows none.</summary>
    NoCertificate,

    /// <summary>It may show one, which must be valid then.</summary>
    AllowCertificate,

    /// <summary>It must show a valid one.</summary>
    RequireCertificate,
}

/// <summary>Decides whether a certificate is let in.</summary>
public delegate bool RemoteCertificateValidator(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors policyErrors);
