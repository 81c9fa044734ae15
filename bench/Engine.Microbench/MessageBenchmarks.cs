using BenchmarkDotNet.Attributes;
using Nsn.Engine.Calls;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Microbench;

/// <summary>A call as bytes: which method it is, and its arguments. What a frame has beside it (grain, caller, deadline) is in <see cref="CallBenchmarks.Call_to_another_silo"/>.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    private readonly Codec<Call> _codec = CodecOf<Call>.Instance;
    private readonly Writer _writer = new();
    private readonly Reader _reader = new([]);
    private Call _number = null!;
    private Call _record = null!;
    private byte[] _numberBytes = [];
    private byte[] _recordBytes = [];

    [GlobalSetup]
    public void Setup()
    {
        _number = Make(nameof(IEchoGrain.Number), 1000);
        _record = Make(nameof(IEchoGrain.Record), Offer.Make(1));
        _numberBytes = Bytes(_number);
        _recordBytes = Bytes(_record);
    }

    [Benchmark]
    public int Encode_a_call_with_a_number() => Encode(_number);

    [Benchmark]
    public object Decode_a_call_with_a_number() => Decode(_numberBytes);

    [Benchmark]
    public int Encode_a_call_with_a_record() => Encode(_record);

    [Benchmark]
    public object Decode_a_call_with_a_record() => Decode(_recordBytes);

    private int Encode(Call call)
    {
        _writer.Reset();
        _codec.Write(_writer, call);
        return _writer.Length;
    }

    private Call Decode(byte[] bytes)
    {
        _reader.Reset(bytes, 0, bytes.Length);
        return _codec.Read(_reader);
    }

    private byte[] Bytes(Call call)
    {
        Encode(call);
        return _writer.Written.ToArray();
    }

    /// <summary>The call as the generated reference makes it.</summary>
    private static Call Make(string method, object argument)
    {
        var type = typeof(IEchoGrain).Assembly.GetTypes().Single(type => type.IsSubclassOf(typeof(Call)) && type.Name.Contains($"{nameof(IEchoGrain)}_{method}_", StringComparison.Ordinal));
        var call = (Call)Activator.CreateInstance(type)!;
        call.SetArgument(0, argument);
        return call;
    }
}
