using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Connections.Security;

namespace Orleans.Hosting;

/// <summary>Encrypts the connections of silos and clients, and lets in only who has a certificate of the cluster.</summary>
public static class OrleansConnectionSecurityHostingExtensions
{
    public static ISiloBuilder UseTls(this ISiloBuilder builder, X509Certificate2 certificate) => builder.UseTls(certificate, static _ => { });

    public static ISiloBuilder UseTls(this ISiloBuilder builder, X509Certificate2 certificate, Action<TlsOptions> configureOptions)
    {
        Configure(builder.Services, certificate, configureOptions);
        return builder;
    }

    public static IClientBuilder UseTls(this IClientBuilder builder, X509Certificate2 certificate) => builder.UseTls(certificate, static _ => { });

    public static IClientBuilder UseTls(this IClientBuilder builder, X509Certificate2 certificate, Action<TlsOptions> configureOptions)
    {
        Configure(builder.Services, certificate, configureOptions);
        return builder;
    }

    private static void Configure(IServiceCollection services, X509Certificate2 certificate, Action<TlsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!certificate.HasPrivateKey)
            throw new ArgumentException("A process proves with its private key that the certificate is its own; this one has none.", nameof(certificate));
        services.Configure<TlsOptions>(options =>
        {
            options.LocalCertificate = certificate;
            configure(options);
        });
    }
}
