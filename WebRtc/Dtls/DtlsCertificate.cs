using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nsn.WebRtc.Dtls;

/// <summary>
/// The self-signed ECDSA P-256 certificate that a gateway shows in every handshake. Kept in a file, its fingerprint stays the same over restarts,
/// so that a client that pinned it can still trust it.
/// </summary>
public sealed class DtlsCertificate : IDisposable
{
    private static readonly TimeSpan TurnTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TurnInterval = TimeSpan.FromMilliseconds(10);

    private readonly DtlsContext _context;

    private DtlsCertificate(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("The certificate has no ECDSA key.", nameof(certificate));
        Fingerprint = FormatFingerprint(certificate.RawData);
        NotAfter = certificate.NotAfter;
        _context = new DtlsContext(certificate.RawData, key.ExportECPrivateKey());
        certificate.Dispose();
    }

    /// <summary>The value of the attribute `fingerprint`: `sha-256 AB:CD:…` (RFC 8122).</summary>
    public string Fingerprint { get; }

    /// <summary>When the certificate ends, local time.</summary>
    public DateTime NotAfter { get; }

    internal DtlsContext Context => _context;

    /// <summary>Makes a certificate that lives in memory only.</summary>
    public static DtlsCertificate CreateEphemeral() => new(Generate(DateTimeOffset.UtcNow));

    /// <summary>
    /// Reads the certificate from a PEM file, or makes one and writes it (mode 0600, atomically). A certificate with less than 30 days left is replaced. Processes that
    /// begin with one file at once get the same certificate: one of them makes it.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="CryptographicException">The file is there but holds no certificate with its key: remove it to get a new one.</exception>
    public static DtlsCertificate LoadOrCreate(string path)
    {
        if (TryLoad(path) is { } present)
        {
            return present;
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        using FileStream turn = WaitForTurn(path + ".lock");
        if (TryLoad(path) is { } theirs)
        {
            return theirs;
        }

        X509Certificate2 created = Generate(DateTimeOffset.UtcNow);
        using (ECDsa key = created.GetECDsaPrivateKey()!)
        {
            Write(path, created.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        }

        return new DtlsCertificate(created);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    internal static string FormatFingerprint(ReadOnlySpan<byte> der)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(der, hash);
        return "sha-256 " + string.Join(':', Convert.ToHexString(hash).Chunk(2).Select(pair => new string(pair)));
    }

    private static DtlsCertificate? TryLoad(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        X509Certificate2 loaded = X509Certificate2.CreateFromPemFile(path);
        if (loaded.NotAfter > DateTime.Now.AddDays(30))
        {
            return new DtlsCertificate(loaded);
        }

        loaded.Dispose();
        return null;
    }

    // The lock file goes away with whoever holds it. Somebody may then hold one that was deleted beside the holder of the next, but both find what the first one wrote.
    private static FileStream WaitForTurn(string path)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (IOException exception) when (exception.GetType() == typeof(IOException) && TimeProvider.System.GetElapsedTime(start) < TurnTimeout)
            {
                Thread.Sleep(TurnInterval);
            }
        }
    }

    private static X509Certificate2 Generate(DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=nsn", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(5));
    }

    private static void Write(string path, string pem)
    {
        string temporary = path + "." + Guid.NewGuid().ToString("N") + ".tmp";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (FileStream stream = new(temporary, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(pem));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
