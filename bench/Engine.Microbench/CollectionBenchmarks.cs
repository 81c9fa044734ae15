using BenchmarkDotNet.Attributes;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Microbench;

/// <summary>Collections: written, read and copied as a whole.</summary>
[MemoryDiagnoser]
public class CollectionBenchmarks
{
    private static readonly Dictionary<string, object> s_values = new()
    {
        ["byte[4096]"] = new byte[4096],
        ["int[1000]"] = Enumerable.Range(0, 1000).ToArray(),
        ["List<Offer>(100)"] = Enumerable.Range(0, 100).Select(Offer.Make).ToList(),
        ["Dictionary<string, long>(100)"] = Enumerable.Range(0, 100).ToDictionary(i => $"key {i}", i => (long)i),
    };

    private readonly Writer _writer = new();
    private readonly Reader _reader = new([]);
    private Codec _codec = null!;
    private object _value = null!;
    private byte[] _bytes = [];

    public static IEnumerable<string> Names => s_values.Keys;

    [ParamsSource(nameof(Names))]
    public string Of { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _value = s_values[Of];
        _codec = Codecs.ForVariable(_value.GetType());
        Write();
        _bytes = _writer.Written.ToArray();
    }

    [Benchmark]
    public int Write()
    {
        _writer.Reset();
        _codec.WriteObject(_writer, _value);
        return _writer.Length;
    }

    [Benchmark]
    public object Read()
    {
        _reader.Reset(_bytes, 0, _bytes.Length);
        return _codec.ReadObject(_reader);
    }

    [Benchmark]
    public object Copy() => _codec.CopyObject(_value);
}
