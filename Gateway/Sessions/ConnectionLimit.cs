using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Nsn.Gateway.Sessions;

/// <summary>
/// TCP connections that an address has open at once. Who opens many and is slow to ask for anything makes no request that could be counted, and would
/// have all the connections that the system allows. Proxies that are trusted speak for many, so their connections are not counted.
/// </summary>
internal sealed class ConnectionLimit(AddressShares shares, IOptions<GatewaySettings> settings)
{
    private static readonly TimeSpan s_hangUp = TimeSpan.FromSeconds(1);
    private static readonly byte[] s_refusal = Refusal();
    private readonly IPNetwork[] _proxies = [.. NetworksAttribute.Parse(settings.Value.TrustedProxies)];

    /// <summary>Puts it in front of everything that the server listens on.</summary>
    public static void Use(KestrelServerOptions kestrel) => kestrel.ConfigureEndpointDefaults(endpoint =>
    {
        var limit = endpoint.ApplicationServices.GetRequiredService<ConnectionLimit>();
        endpoint.Use(next => connection => limit.ServeAsync(connection, next));
    });

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || IsProxy(address))
        {
            await next(connection);
            return;
        }

        using var share = shares.TryTakeConnection(address);
        await (share is null ? RefuseAsync(connection) : next(connection));
    }

    private bool IsProxy(IPAddress address) =>
        Array.Exists(_proxies, network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Says why, and closes. What the peer sends meanwhile is taken in: bytes that nobody has read would make the system drop the answer.</summary>
    private static async Task RefuseAsync(ConnectionContext connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(s_hangUp);
        try
        {
            await connection.Transport.Output.WriteAsync(s_refusal, limit.Token);
            var read = await connection.Transport.Input.ReadAsync(limit.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // It has gone, or says nothing.
        }
    }

    private static byte[] Refusal()
    {
        var problem = JsonSerializer.Serialize(
            new { title = "Too many requests", status = 429, detail = "This address has as many connections open as it may. Close one, or try again in a moment." });
        return Encoding.ASCII.GetBytes(
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/problem+json\r\n"
            + $"Retry-After: {AddressShares.RetryAfterSeconds}\r\nConnection: close\r\nContent-Length: {problem.Length}\r\n\r\n{problem}");
    }
}
