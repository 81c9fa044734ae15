using Nsn.Content;
using Nsn.Gateway;
using Nsn.Hosting.Clustering;
using Nsn.Hosting.PostgreSql;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Gateway").Get<GatewaySettings>() ?? new GatewaySettings();
builder.Services.AddDatabase(builder.Configuration.GetConnectionString("nsn"));
builder.AddClusterClient();
builder.Services.AddContentStore(builder.Configuration.GetConnectionString("blobs"));
builder.AddGateway(settings);

var app = builder.Build();
app.UseGateway(settings);
app.Run();

/// <summary>The gateway's entry point; named so that tests can host it.</summary>
public partial class Program;
