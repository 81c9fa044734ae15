using System.Net;
using System.Threading.RateLimiting;
using Nsn.Gateway.Api;
using Nsn.Gateway.Canary;
using Nsn.Gateway.Chain;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Endpoints;
using Nsn.Gateway.Media;
using Nsn.Gateway.Sessions;
using Nsn.Grains;
using Nsn.Grains.Ledger;
using Nsn.Hosting;
using Nsn.Hosting.Telemetry;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway;

/// <summary>The gateway itself: all but the grains and the content store behind it.</summary>
internal static class GatewayApplication
{
    /// <summary>Adds what a gateway does. Grains and a content store are for the caller to add.</summary>
    public static void AddGateway(this WebApplicationBuilder builder, GatewaySettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Problems.BodyBytesMax;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            ConnectionLimit.Use(kestrel);
        });

        builder.AddTelemetry("nsn-gateway", settings.Name);
        builder.Services.AddOptions<GatewaySettings>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<GatewayMetrics>();
        builder.Services.AddSingleton<DirectorBook>();
        builder.Services.AddSingleton<EventHub>();
        builder.Services.AddSingleton<ModelPacks>();
        builder.Services.AddSingleton(services => new ChainRpc(services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(ChainName.Default)));
        builder.Services.AddSingleton<SlotFinder>();
        builder.Services.AddSingleton(services => new ChannelTail(ChainName.MainChannel, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<ChannelTails>();
        builder.Services.AddSingleton<ChannelFollower>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ChannelFollower>());
        builder.Services.AddSingleton<ViewerSessions>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ViewerSessions>());
        builder.Services.AddGatewayWebRtc();
        builder.Services.AddSingleton<AddressShares>();
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.Services.AddSingleton<WhepViewers>();
        builder.Services.AddTrustedProxies();
        builder.Services.AddCrossOrigin();
        builder.Services.AddSingleton(services => new MediaSource(services.GetRequiredService<WebRtcServer>(), ChainName.MainChannel));
        builder.Services.AddSingleton<PlayerOffers>();
        builder.Services.AddHostedService<MediaFeed>();
        builder.Services.AddSingleton(CanaryOptions.Default);
        builder.Services.AddSingleton<HandshakeCanary>();
        builder.Services.AddHostedService(services => services.GetRequiredService<HandshakeCanary>());
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = false);
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Problems.SayWhatToDo);
        builder.Services.AddOpenApi(description => description.AddDocumentTransformer((document, _, _) =>
        {
            OperatorEndpoints.Describe(document);
            return Task.CompletedTask;
        }));
        builder.Services.AddHealthChecks().AddCheck<GatewayHealth>("gateway");
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNameCaseInsensitive = true);
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (context, cancellationToken) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "5";
                await Problems.TooMany(context.HttpContext, "This address sends more than its share. Slow down and try again.", 5).ExecuteAsync(context.HttpContext);
            };
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => RateLimitPartition.GetTokenBucketLimiter(
                AddressShares.AddressOf(context),
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = settings.RequestsPerSecond * 10,
                    TokensPerPeriod = settings.RequestsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
            limiter.AddPolicy(RecipeEndpoints.Policy, context => RateLimitPartition.GetSlidingWindowLimiter(
                AddressShares.AddressOf(context),
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = settings.RecipesPerMinute,
                    Window = TimeSpan.FromMinutes(1),
                    SegmentsPerWindow = 6,
                    QueueLimit = 0,
                }));
        });
    }

    /// <summary>Answers requests.</summary>
    public static void UseGateway(this WebApplication app, GatewaySettings settings)
    {
        app.UseTrustedProxies(settings);
        app.UseRoutingOfHeads();
        app.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = Problems.StatusOf });
        app.UseStatusCodePages();
        app.Use(Problems.LeaveRoomAsync);
        app.UseSecurityHeaders(settings);
        app.UseCors();
        app.UseRateLimiter();
        app.UsePages(settings.Pages);
        app.UseWebSockets();
        app.MapOpenApi();
        app.MapMetrics();
        app.MapHealthChecks("/health", HealthResponse.Options).DisableRateLimiting();
        var read = app.OpenToReaders();
        read.MapDiscovery();
        read.MapChannels();
        read.MapRecordings();
        read.MapEpochs();
        read.MapStreams();
        app.MapRecipes();
        app.OpenToPlayers().MapSessions();
        app.MapSignalling();
        app.MapChainRpc();
        var whep = app.Services.GetRequiredService<WhepViewers>();
        app.MapWhep("/whep/{channel}", app.Services.GetRequiredService<WebRtcServer>(), new WhepOptions
        {
            FindSource = context => (string?)context.Request.RouteValues["channel"] == ChainName.MainChannel ? app.Services.GetRequiredService<MediaSource>() : null,
            OnAccepted = whep.Accepted,
        }).AddEndpointFilter(whep).Add(WhepViewers.Describe);
    }
}
