// One command, one page: see and hear a test stream by WHEP with what the browser measures of it, publish a camera by WHIP and watch that, see the gateway's counters.
//   dotnet run --project samples/WebRtc.Sample -- --urls http://127.0.0.1:8080
// The test picture is made by ffmpeg. OBS and ffmpeg can publish too: WHIP endpoint http://127.0.0.1:8080/whip (VP8, or start with --codec h264).
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sample;
using Nsn.WebRtc.Transport;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
MediaCodec codec = Enum.TryParse(builder.Configuration["codec"], ignoreCase: true, out MediaCodec parsed) ? parsed : MediaCodec.Vp8;
builder.Services.AddWebRtcServer(options => options.Port = builder.Configuration.GetValue("udp-port", 8189));
builder.Services.AddSingleton(services => new TestStream(new MediaSource(services.GetRequiredService<WebRtcServer>(), "test")));
builder.Services.AddHostedService(services => services.GetRequiredService<TestStream>());
await using WebApplication app = builder.Build();
WebRtcServer server = app.Services.GetRequiredService<WebRtcServer>();
TestStream test = app.Services.GetRequiredService<TestStream>();
MediaSource published = new(server, "published", codec);
app.MapGet("/", () => Results.Content(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "index.html")), "text/html"));
app.MapWhep("/whep/test", server, new WhepOptions { FindSource = _ => test.IsLive ? test.Source : null });
app.MapWhep("/whep/camera", server, new WhepOptions { FindSource = _ => published.Publisher is null ? null : published });
app.MapWhip("/whip", server, new WhipOptions { FindSource = _ => published });
app.MapGet("/status", () => test.Status);
app.MapGet("/statistics", () => server.Connections.Select(connection => connection.GetStatistics()));
await app.RunAsync();
