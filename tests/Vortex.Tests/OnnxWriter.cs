using System.Text;

namespace Nsn.Vortex.Tests;

/// <summary>Writes small ONNX files (message and field numbers of onnx.proto3), so that tests need no trained pack.</summary>
internal sealed class OnnxWriter
{
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<byte[]> _sparse = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];

    public const int Float = 1, Int64 = 7;

    public OnnxWriter Input(string name, int type, params object[] shape)
    {
        _inputs.Add(Value(name, type, shape));
        return this;
    }

    public OnnxWriter Output(string name, int type, params object[] shape)
    {
        _outputs.Add(Value(name, type, shape));
        return this;
    }

    public OnnxWriter Floats(string name, float[] values, params long[] shape)
    {
        var bytes = new byte[values.Length * 4];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return Tensor(name, Float, bytes, shape);
    }

    public OnnxWriter Longs(string name, params long[] values)
    {
        var bytes = new byte[values.Length * 8];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return Tensor(name, Int64, bytes, values.Length);
    }

    public OnnxWriter Node(string type, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new Message();
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        node.Text(4, type);
        foreach (var (name, value) in attributes)
        {
            var attribute = new Message().Text(1, name);
            switch (value)
            {
                case long number:
                    attribute.Number(3, (ulong)number).Number(20, 2);
                    break;
                case long[] numbers:
                    foreach (var number in numbers)
                        attribute.Number(8, (ulong)number);
                    attribute.Number(20, 7);
                    break;
            }

            node.Bytes(5, attribute.ToArray());
        }

        _nodes.Add(node.ToArray());
        return this;
    }

    /// <summary>A weight kept in another file, which packs must not do.</summary>
    public OnnxWriter External(string name)
    {
        _initializers.Add(new Message().Number(1, 1).Number(2, Float).Text(8, name)
            .Bytes(13, new Message().Text(1, "location").Text(2, "../../etc/passwd").ToArray()).Number(14, 1).ToArray());
        return this;
    }

    /// <summary>A sparse weight kept in another file.</summary>
    public OnnxWriter SparseExternal(string name)
    {
        _sparse.Add(Sparse(name));
        return this;
    }

    /// <summary>A node whose attribute is a sparse tensor in another file; <paramref name="field"/> is 22 for one, 23 for several.</summary>
    public OnnxWriter SparseConstant(string output, int field)
    {
        var attribute = new Message().Text(1, "sparse_value").Bytes(field, Sparse("")).Number(20, 11).ToArray();
        _nodes.Add(new Message().Text(2, output).Text(4, "Constant").Bytes(5, attribute).ToArray());
        return this;
    }

    private static byte[] Sparse(string name) => new Message()
        .Bytes(1, new Message().Number(1, 1).Number(2, Float).Text(8, name).Bytes(13, new Message().Text(1, "location").Text(2, "w.bin").ToArray()).Number(14, 1).ToArray())
        .Bytes(2, new Message().Number(1, 1).Number(2, Int64).ToArray()).Number(3, 15).ToArray();

    public byte[] ToArray()
    {
        var graph = new Message();
        foreach (var node in _nodes)
            graph.Bytes(1, node);
        graph.Text(2, "g");
        foreach (var initializer in _initializers)
            graph.Bytes(5, initializer);
        foreach (var input in _inputs)
            graph.Bytes(11, input);
        foreach (var output in _outputs)
            graph.Bytes(12, output);
        foreach (var sparse in _sparse)
            graph.Bytes(15, sparse);
        return new Message().Number(1, 8).Bytes(7, graph.ToArray()).Bytes(8, new Message().Text(1, "").Number(2, 16).ToArray()).ToArray();
    }

    private OnnxWriter Tensor(string name, int type, byte[] raw, params long[] shape)
    {
        var tensor = new Message();
        foreach (var dimension in shape)
            tensor.Number(1, (ulong)dimension);
        _initializers.Add(tensor.Number(2, (ulong)type).Text(8, name).Bytes(9, raw).ToArray());
        return this;
    }

    private static byte[] Value(string name, int type, object[] shape)
    {
        var dimensions = new Message();
        foreach (var dimension in shape)
            dimensions.Bytes(1, dimension is int number ? new Message().Number(1, (ulong)number).ToArray() : new Message().Text(2, (string)dimension).ToArray());
        var tensor = new Message().Number(1, (ulong)type).Bytes(2, dimensions.ToArray());
        return new Message().Text(1, name).Bytes(2, new Message().Bytes(1, tensor.ToArray()).ToArray()).ToArray();
    }

    private sealed class Message
    {
        private readonly List<byte> _bytes = [];

        public Message Number(int field, ulong value)
        {
            Varint((ulong)field << 3);
            Varint(value);
            return this;
        }

        public Message Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

        public Message Bytes(int field, byte[] bytes)
        {
            Varint(((ulong)field << 3) | 2);
            Varint((ulong)bytes.Length);
            _bytes.AddRange(bytes);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];

        private void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
                _bytes.Add((byte)(value | 0x80));
            _bytes.Add((byte)value);
        }
    }
}
