using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Options;
using Nsn.Content;
using Nsn.Grains.Channels;
using Nsn.Grains.Directors;
using Nsn.Grains.Inference;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Grains.Telemetry;
using Nsn.Hosting;
using Nsn.Hosting.Clustering;
using Nsn.Hosting.PostgreSql;
using Nsn.Hosting.Telemetry;
using Nsn.Silo;
using Nsn.Silo.Inference;
using Nsn.Silo.Keys;
using Nsn.Silo.Ledger;

if (args is ["ledger", .. var ledger])
    return await LedgerCommand.RunAsync(ledger, Console.Out, Console.Error);

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Silo").Get<SiloSettings>() ?? new SiloSettings();
if (settings.LowPriority)
    Process.GetCurrentProcess().PriorityClass = ProcessPriorityClass.BelowNormal; // on Linux of this thread, and of all that it and its like will start
builder.Services.AddOptions<SiloSettings>().BindConfiguration("Silo").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<SiloSettings>>().Value);
builder.Services.AddOptions<ChannelOptions>().BindConfiguration("Channel").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<DirectorOptions>().BindConfiguration("Director").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<LedgerOptions>().BindConfiguration("Ledger").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<SlotOptions>().BindConfiguration("Slot").ValidateDataAnnotations().ValidateOnStart();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Parse(settings.Address), settings.HealthPort);
});
builder.AddTelemetry("nsn-silo", settings.Name);
builder.Services.AddDatabase(builder.Configuration.GetConnectionString("nsn"));
builder.Services.AddDatabaseSchema(PostgreSqlLedgerJournal.Schema);
builder.Services.AddGrainMetrics();
builder.Services.AddSingleton<InferenceMetrics>();
builder.AddClusterSilo(settings.ToEndpoints(), settings.Roles);
builder.Services.AddContentStore(builder.Configuration.GetConnectionString("blobs"));
builder.Services.AddSingleton<ILedgerJournal, PostgreSqlLedgerJournal>();
builder.Services.AddSingleton(services => DevKeys.Open(settings.KeyFolder, services.GetRequiredService<ILogger<FileDirectorKeys>>()));
builder.Services.AddSingleton<IDirectorKeys>(services => services.GetRequiredService<FileDirectorKeys>());
builder.Services.AddSingleton<SiloHealth>();
builder.Services.AddHealthChecks().AddCheck<SiloHealth>("silo");
builder.Services.AddSingleton<VortexDevices>();
builder.Services.AddSingleton<IInferenceDevices>(services => services.GetRequiredService<VortexDevices>());
if (settings.IsGpu)
    builder.Services.AddHostedService<DeviceReporter>();
if (settings.IsCore)
    builder.Services.AddHostedService<CoreWaker>();

var app = builder.Build();
app.MapMetrics();
app.MapHealthChecks("/health", HealthResponse.Options);
app.Run();
return 0;
