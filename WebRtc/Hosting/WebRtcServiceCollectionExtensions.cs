using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>Registration of a <see cref="WebRtcServer"/>.</summary>
public static class WebRtcServiceCollectionExtensions
{
    /// <summary>
    /// Adds a server as a singleton that opens its ports when the application starts, with options that are checked then, and its meter
    /// (<see cref="WebRtcMetrics.MeterName"/>).
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes the options; null to leave them to `services.Configure` and configuration.</param>
    public static IServiceCollection AddWebRtcServer(this IServiceCollection services, Action<WebRtcServerOptions>? configure = null)
    {
        OptionsBuilder<WebRtcServerOptions> options = services.AddOptions<WebRtcServerOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddMetrics();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebRtcServerOptions>, WebRtcServerOptionsValidator>());
        services.TryAddSingleton(provider => new WebRtcServer(
            provider.GetRequiredService<IOptions<WebRtcServerOptions>>().Value, provider.GetService<TimeProvider>(), provider.GetService<ILogger<WebRtcServer>>()));
        services.TryAddSingleton(provider => new WebRtcMetrics(provider.GetRequiredService<WebRtcServer>(), provider.GetRequiredService<IMeterFactory>()));
        services.AddHostedService<WebRtcServerStarter>();
        return services;
    }

    /// <summary>Adds the server's health to the application's checks.</summary>
    /// <param name="builder">The checks.</param>
    /// <param name="name">The check's name.</param>
    public static IHealthChecksBuilder AddWebRtcServer(this IHealthChecksBuilder builder, string name = "webrtc") =>
        builder.AddCheck<WebRtcHealthCheck>(name);
}
