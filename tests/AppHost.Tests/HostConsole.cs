using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Nsn.Hosting.Telemetry;

namespace Nsn.AppHost.Tests;

/// <summary>What .NET's console logger writes: configured as our hosts configure it, or as it is where nobody does.</summary>
internal sealed class HostConsole : IDisposable
{
    private readonly IHost _host;
    private readonly ConsoleFormatter _formatter;

    public HostConsole(bool asOurHosts)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        if (asOurHosts)
            builder.AddTelemetry("nsn-test", "test");
        _host = builder.Build();
        string? name = _host.Services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName ?? ConsoleFormatterNames.Simple;
        _formatter = _host.Services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == name);
    }

    public void Dispose() => _host.Dispose();

    /// <summary>The lines of an entry.</summary>
    public string[] Write(LogLevel level, string message, Exception? exception = null, string category = "Nsn.Silo.CoreWaker")
    {
        using var text = new StringWriter();
        var entry = new LogEntry<string>(level, category, 7, message, exception, (state, _) => state);
        _formatter.Write(in entry, null, text);
        return text.ToString().TrimEnd().Split(Environment.NewLine);
    }
}
