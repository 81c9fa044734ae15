using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Nsn.Gateway.Tests.Fakes;

/// <summary>What the web server of one gateway logs: the requests that have ended, and what failed in them.</summary>
internal sealed class ServerLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _ended = [];

    /// <summary>Errors of the server.</summary>
    public ConcurrentQueue<string> Failures { get; } = [];

    /// <summary>How many requests for a path have ended.</summary>
    public int Ended(string path) => _ended.Count(line => line.Contains(path, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(ServerLog log, bool isServer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isServer;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!isServer)
                return;
            var line = formatter(state, exception);
            if (logLevel >= LogLevel.Error)
                log.Failures.Enqueue($"{line} {exception}");
            else if (line.StartsWith("Request finished", StringComparison.Ordinal))
                log._ended.Enqueue(line);
        }
    }
}
