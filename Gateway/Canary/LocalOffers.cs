using System.Net;
using System.Text;
using Nsn.Gateway.Sessions;

namespace Nsn.Gateway.Canary;

/// <summary>
/// Stands in for the HTTP side of signalling, so that the canary depends on no port, certificate or proxy: hands offers to <see cref="PlayerOffers"/> as
/// the endpoint does, and answers with candidates of this machine, because the announced addresses may be those of a NAT that cannot be reached from inside.
/// </summary>
internal sealed class LocalOffers(PlayerOffers offers, IPAddress local) : HttpMessageHandler
{
    private const int AddressField = 4;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Delete)
        {
            offers.Close(request.RequestUri!.Segments[^1]);
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        }

        var offer = await request.Content!.ReadAsStringAsync(cancellationToken);
        if (!offers.TryAccept(offer, share: null, out var id, out var answer, out var reason))
            return new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent(reason) };
        var response = new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent(WithAddress(answer, local), Encoding.UTF8, "application/sdp") };
        response.Headers.Location = new Uri($"/{id}", UriKind.Relative);
        return response;
    }

    /// <summary>The answer with another address in its candidates (RFC 8839 section 5.1: the fifth field).</summary>
    internal static string WithAddress(string sdp, IPAddress address)
    {
        var lines = sdp.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("a=candidate:", StringComparison.Ordinal))
                continue;
            var fields = lines[i].Split(' ');
            if (fields.Length > AddressField)
                fields[AddressField] = address.ToString();
            lines[i] = string.Join(' ', fields);
        }

        return string.Join('\n', lines);
    }
}
