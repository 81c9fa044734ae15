using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Nsn.Gateway;

/// <summary>Behind proxies that are trusted, the address and the scheme of a request are those that the proxy says.</summary>
internal static class TrustedProxies
{
    public static void AddTrustedProxies(this IServiceCollection services) =>
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<GatewaySettings>>((options, settings) =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // As many proxies as are trusted: the first address that is not one of theirs is the client's.
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in NetworksAttribute.Parse(settings.Value.TrustedProxies))
                options.KnownIPNetworks.Add(network);
        });

    public static void UseTrustedProxies(this IApplicationBuilder app, GatewaySettings settings)
    {
        if (settings.TrustedProxies.Count > 0)
            app.UseForwardedHeaders();
    }
}
