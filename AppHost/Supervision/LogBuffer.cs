namespace Nsn.AppHost.Supervision;

/// <summary>The last lines of an instance's console; readers follow it by sequence number.</summary>
public sealed class LogBuffer(TimeProvider time, int capacity = LogBuffer.DefaultCapacity)
{
    /// <summary>Lines kept by default.</summary>
    public const int DefaultCapacity = 5000;

    /// <summary>Characters kept of a line.</summary>
    public const int MaxLineLength = 4096;

    private readonly Lock _lock = new();
    private readonly LogLine?[] _ring = new LogLine?[capacity];
    private readonly Dictionary<bool, string> _openLevels = [];
    private TaskCompletionSource _more = NewSignal();
    private long _last;

    /// <summary>Number of the newest line, 0 for none.</summary>
    public long LastSequence
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <summary>Adds a line.</summary>
    public void Append(string text, bool isError)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLineLength)
            text = text[..MaxLineLength];
        ConsoleEntry? entry = ConsoleEntry.TryRead(text);
        TaskCompletionSource signal;
        lock (_lock)
        {
            _last++;
            _ring[_last % capacity] = new LogLine(_last, time.GetUtcNow(), isError, text, LevelOf_NeedsLock(text, entry, isError));
            signal = _more;
            _more = NewSignal();
        }

        signal.TrySetResult();
    }

    /// <summary>Lines after <paramref name="sequence"/> that are still here, oldest first, of those the last <paramref name="max"/>.</summary>
    public IReadOnlyList<LogLine> ReadAfter(long sequence, int max = DefaultCapacity)
    {
        lock (_lock)
        {
            long first = Math.Max(Math.Max(sequence + 1, _last - capacity + 1), Math.Max(1, _last - max + 1));
            var lines = new List<LogLine>();
            for (long i = first; i <= _last; i++)
                lines.Add(_ring[i % capacity]!);
            return lines;
        }
    }

    /// <summary>Completes as soon as there is a line after <paramref name="sequence"/>.</summary>
    public Task WaitForMoreAsync(long sequence, CancellationToken cancellationToken)
    {
        lock (_lock)
            return _last > sequence ? Task.CompletedTask : _more.Task.WaitAsync(cancellationToken);
    }

    // An entry whose first line has no message goes on in the indented lines after it, on the same stream.
    private string LevelOf_NeedsLock(string text, ConsoleEntry? entry, bool isError)
    {
        if (entry is not null)
        {
            _openLevels[isError] = entry.Message.Length == 0 ? entry.Level : "";
            return entry.Level;
        }

        if (!text.StartsWith(ConsoleEntry.Indentation, StringComparison.Ordinal))
            _openLevels[isError] = "";
        return _openLevels.GetValueOrDefault(isError, "");
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
