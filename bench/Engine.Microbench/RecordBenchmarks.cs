using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Microbench;

/// <summary>A typical record (<see cref="Offer"/>). JSON beside it says how fast the machine was meanwhile.</summary>
[MemoryDiagnoser]
public class RecordBenchmarks
{
    private readonly Codec<Offer> _codec = CodecOf<Offer>.Instance;
    private readonly Writer _writer = new();
    private readonly Reader _reader = new([]);
    private readonly Offer _offer = Offer.Make(1);
    private byte[] _bytes = [];
    private byte[] _json = [];

    [GlobalSetup]
    public void Setup()
    {
        Write();
        _bytes = _writer.Written.ToArray();
        _json = WriteJson();
    }

    [Benchmark]
    public int Write()
    {
        _writer.Reset();
        _codec.Write(_writer, _offer);
        return _writer.Length;
    }

    [Benchmark]
    public Offer Read()
    {
        _reader.Reset(_bytes, 0, _bytes.Length);
        return _codec.Read(_reader);
    }

    [Benchmark]
    public Offer Copy() => _codec.Copy(_offer);

    [Benchmark]
    public byte[] WriteJson() => JsonSerializer.SerializeToUtf8Bytes(_offer);

    [Benchmark]
    public Offer? ReadJson() => JsonSerializer.Deserialize<Offer>(_json);
}
