using System.Diagnostics;

namespace Nsn.WebRtc.Bench;

/// <summary>What the process has allocated and sent, noted four times a second without allocating: asking for it would be most of what is measured.</summary>
internal sealed class AllocationLog(Func<long> countDatagrams)
{
    private const int Capacity = 4 * 600;
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(250);

    private readonly Sample[] _samples = new Sample[Capacity];
    private long _count;

    /// <summary>The state at a moment of the machine's monotonic clock.</summary>
    internal readonly record struct Sample(long Timestamp, long AllocatedBytes, long Datagrams);

    public void Run(CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(s_period))
        {
            _samples[_count % Capacity] = new Sample(Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes(), countDatagrams());
            Volatile.Write(ref _count, _count + 1);
        }
    }

    /// <summary>Bytes for each datagram between two moments that were asked for; the half second after the first, when its request ends, is left out.</summary>
    /// <param name="from">Of <see cref="Stopwatch"/>, which all processes of a machine share.</param>
    /// <param name="until">The same.</param>
    public double BytesPerDatagram(long from, long until)
    {
        long count = Volatile.Read(ref _count);
        List<Sample> between = [];
        for (long i = Math.Max(0, count - Capacity); i < count; i++)
        {
            Sample sample = _samples[i % Capacity];
            if (sample.Timestamp > from + (Stopwatch.Frequency / 2) && sample.Timestamp < until)
            {
                between.Add(sample);
            }
        }

        return between.Count < 2
            ? throw new InvalidOperationException("Less than a second was measured: ask for more --seconds.")
            : (between[^1].AllocatedBytes - between[0].AllocatedBytes) / (double)Math.Max(1, between[^1].Datagrams - between[0].Datagrams);
    }
}
