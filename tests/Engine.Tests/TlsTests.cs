using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nsn.Engine.Runtime.Transport;
using Nsn.Engine.Serialization;
using Orleans.Connections.Security;

namespace Nsn.Engine.Tests;

public sealed class TlsTests
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset s_until = DateTimeOffset.UtcNow.AddDays(30);

    [Fact]
    public async Task Silos_and_clients_of_one_authority_talk()
    {
        using var authority = Authority("the cluster");
        using var siloCertificate = Issue(authority, "silo");
        using var clientCertificate = Issue(authority, "client");
        var gateway = Ports.Free();
        using var host = await TestHost.StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), gateway).UseTls(siloCertificate, tls => tls.TrustedAuthorities.Add(authority))));
        using var client = await TestHost.StartAsync(builder => builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gateway).UseTls(clientCertificate, tls => tls.TrustedAuthorities.Add(authority))));
        var grain = client.Services.GetRequiredService<IClusterClient>().GetGrain<ICounterGrain>(1);
        for (var i = 0; i < 100; i++)
            Assert.Equal(i + 1, await grain.Ping(i));

        using var stranger = new HostBuilder().UseOrleansClient(cluster => cluster.UseLocalhostClustering(gateway)).Build();
        await Assert.ThrowsAsync<SiloUnavailableException>(() => stranger.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, await grain.Ping(0));

        await client.StopAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_silo_without_a_certificate_is_refused_and_the_reason_is_logged()
    {
        using var authority = Authority("the cluster");
        using var certificate = Issue(authority, "silo");
        await RefusesAsync(WithAuthority(certificate, authority), new TlsOptions(), "There was no TLS handshake");
    }

    [Fact]
    public async Task A_silo_that_shows_no_certificate_is_refused_and_the_reason_is_logged()
    {
        using var authority = Authority("the cluster");
        using var certificate = Issue(authority, "silo");
        using var withoutKey = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert)); // which TLS cannot show
        await RefusesAsync(WithAuthority(certificate, authority), WithAuthority(withoutKey, authority), "It showed no certificate.");
    }

    [Fact]
    public async Task A_silo_with_a_certificate_of_another_authority_is_refused_and_the_reason_is_logged()
    {
        using var authority = Authority("the cluster");
        using var other = Authority("somebody else");
        using var certificate = Issue(authority, "silo");
        using var foreign = Issue(other, "silo");
        await RefusesAsync(WithAuthority(certificate, authority), WithAuthority(foreign, authority), "was not issued by a trusted authority");
    }

    [Fact]
    public async Task Only_pinned_certificates_are_let_in_where_some_are_pinned()
    {
        using var authority = Authority("the cluster");
        using var one = Issue(authority, "one");
        using var two = Issue(authority, "two");
        using var three = Issue(authority, "three");
        var pinned = new[] { one, two }.Select(certificate => certificate.GetCertHashString(HashAlgorithmName.SHA256)).ToArray();
        await using var pair = await Pair.StartAsync(Pinned(one, pinned), Pinned(two, pinned));
        Assert.True(pair.Send());
        await Until.HoldsAsync("the frame of the pinned silo arrives", () => pair.Answering.Frames == 1);
        await RefusesAsync(Pinned(one, pinned), Pinned(three, pinned), "which is not among those pinned");
    }

    [Fact]
    public async Task Nobody_takes_the_place_of_a_client_with_another_certificate()
    {
        using var authority = Authority("the cluster");
        using var siloCertificate = Issue(authority, "silo");
        using var clientCertificate = Issue(authority, "client");
        using var otherCertificate = Issue(authority, "somebody else");
        var client = SiloAddress.New(System.Net.IPAddress.Loopback, 0, -5);
        var silo = await TransportSide.StartAsync(WithAuthority(siloCertificate, authority));
        await using var answering = silo.Transport;
        var first = await TransportSide.StartAsync(WithAuthority(clientCertificate, authority), client: client);
        await using var one = first.Transport;
        var thief = await TransportSide.StartAsync(WithAuthority(otherCertificate, authority), client: client);
        await using var two = thief.Transport;
        var again = await TransportSide.StartAsync(WithAuthority(clientCertificate, authority), client: client);
        await using var three = again.Transport;

        await one.ConnectAsync(silo.Address.Endpoint, TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<IOException>(() => two.ConnectAsync(silo.Address.Endpoint, TestContext.Current.CancellationToken));
        await Until.HoldsAsync("the reason is logged", () => silo.Log.Any(line => line.Contains("has shown another certificate", StringComparison.Ordinal)), () => string.Join(" | ", silo.Log));
        answering.Send(client, Frame());
        await Until.HoldsAsync("the first is sent to", () => first.Frames == 1);
        await three.ConnectAsync(silo.Address.Endpoint, TestContext.Current.CancellationToken); // the same client after it has lost its connection
        answering.Send(client, Frame());
        await Until.HoldsAsync("the new connection is sent to", () => again.Frames == 1);
        Assert.Equal((1, 0, 0), (first.Frames, thief.Frames, silo.Lost));
    }

    private static Writer Frame()
    {
        var frame = new Writer(16);
        frame.WriteByte(1);
        return frame;
    }

    /// <summary>A connection is not made, the silo that was connected to says why, and who connected is told that it is gone.</summary>
    private static async Task RefusesAsync(TlsOptions answering, TlsOptions asking, string reason)
    {
        await using var pair = await Pair.StartAsync(answering, asking);
        pair.Send();
        await Until.HoldsAsync(
            $"the log says '{reason}'",
            () => pair.Answering.Log.Any(line => line.Contains(reason, StringComparison.Ordinal)),
            () => string.Join(" | ", pair.Answering.Log));
        await Until.HoldsAsync("who connected is told", () => pair.Asking.Lost == 1);
        Assert.Equal(0, pair.Answering.Frames);
    }

    private static TlsOptions WithAuthority(X509Certificate2 certificate, X509Certificate2 authority)
    {
        var options = new TlsOptions { LocalCertificate = certificate };
        options.TrustedAuthorities.Add(authority);
        return options;
    }

    private static TlsOptions Pinned(X509Certificate2 certificate, string[] thumbprints)
    {
        var options = new TlsOptions { LocalCertificate = certificate };
        options.PinnedThumbprints.UnionWith(thumbprints);
        return options;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(s_from, s_until);
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, s_from, s_until.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>Two silos' transports, and what they see.</summary>
    private sealed class Pair(TransportSide answering, TransportSide asking) : IAsyncDisposable
    {
        public TransportSide Answering => answering;
        public TransportSide Asking => asking;

        public static async Task<Pair> StartAsync(TlsOptions answering, TlsOptions asking) => new(await TransportSide.StartAsync(answering), await TransportSide.StartAsync(asking));

        public bool Send() => asking.Transport.Send(answering.Address, Frame()) == SendResult.Queued;

        public async ValueTask DisposeAsync()
        {
            await asking.Transport.DisposeAsync();
            await answering.Transport.DisposeAsync();
        }
    }
}
