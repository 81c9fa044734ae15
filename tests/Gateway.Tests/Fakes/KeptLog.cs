using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Nsn.Gateway.Tests.Fakes;

/// <summary>Keeps the exceptions that were logged.</summary>
internal sealed class KeptLog<T> : ILogger<T>
{
    public ConcurrentQueue<Exception> Failures { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
            Failures.Enqueue(exception);
    }
}
