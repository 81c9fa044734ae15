// One command, one page: publish the camera by WHIP, watch by WHEP, see the gateway's counters.
//   dotnet run --project samples/WebRtc.Sample -- --urls http://127.0.0.1:8080
// OBS and ffmpeg can publish too: WHIP endpoint http://127.0.0.1:8080/whip (VP8 or set --codec h264).
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Transport;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
WebApplication app = builder.Build();
MediaCodec codec = Enum.TryParse(app.Configuration["codec"], ignoreCase: true, out MediaCodec parsed) ? parsed : MediaCodec.Vp8;
using WebRtcServer server = new(new WebRtcServerOptions { Port = app.Configuration.GetValue("udp-port", 8189) });
MediaSource source = new(server, "sample", codec);
app.MapGet("/", () => Results.Content(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "index.html")), "text/html"));
app.MapWhep("/whep", server, new WhepOptions { FindSource = _ => source });
app.MapWhip("/whip", server, new WhipOptions { FindSource = _ => source });
app.MapGet("/statistics", () => server.Connections.Select(connection => connection.GetStatistics()));
await app.RunAsync();
