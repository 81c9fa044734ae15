using System.Text;

namespace Nsn.Vortex.Packs;

/// <summary>What an ONNX file says about itself, read before the runtime sees it (message and field numbers of <c>onnx.proto3</c>).</summary>
internal sealed class OnnxModel
{
    private const int NodesMax = 200_000;
    private const int DepthMax = 16;

    private readonly HashSet<string> _operators = new(StringComparer.Ordinal);
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    private readonly List<string> _inputs = [];
    private readonly List<string> _outputs = [];
    private int _nodes;

    /// <summary>Operators as <c>domain:Name</c>, or <c>Name</c> for the default domain; subgraphs and functions included.</summary>
    public IReadOnlyCollection<string> Operators => _operators;

    /// <summary>Inputs that have no initial value.</summary>
    public IReadOnlyList<string> Inputs => [.. _inputs.Where(name => !_initializers.Contains(name))];

    public IReadOnlyList<string> Outputs => _outputs;

    public bool HasExternalData { get; private set; }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out OnnxModel? model, out string reason)
    {
        var result = new OnnxModel();
        model = null;
        reason = "";
        var reader = new ProtobufReader(bytes);
        var graphs = 0;
        while (reader.Next())
        {
            var good = reader.Field switch
            {
                7 => ++graphs == 1 && result.Graph(reader.Content, 0),
                25 => result.Function(reader.Content),
                _ => true,
            };
            if (!good)
            {
                reason = "its graph is damaged, too large or too deep.";
                return false;
            }
        }

        if (reader.Failed || graphs != 1)
        {
            reason = "it is not an ONNX file.";
            return false;
        }

        model = result;
        return true;
    }

    private bool Graph(ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > DepthMax)
            return false;
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when !Node(reader.Content, depth):
                    return false;
                case 5 when !Tensor(reader.Content, depth == 0):
                    return false;
                case 15 when !Sparse(reader.Content, depth == 0):
                    return false;
                case 11 when depth == 0:
                    _inputs.Add(FirstText(reader.Content, 1));
                    break;
                case 12 when depth == 0:
                    _outputs.Add(FirstText(reader.Content, 1));
                    break;
            }
        }

        return !reader.Failed;
    }

    private bool Function(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 7 when !Node(reader.Content, 0):
                case 11 when !Attribute(reader.Content, 0):
                    return false;
            }
        }

        return !reader.Failed;
    }

    private bool Node(ReadOnlySpan<byte> bytes, int depth)
    {
        if (++_nodes > NodesMax)
            return false;
        string type = "", domain = "";
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 4:
                    type = Text(reader.Content);
                    break;
                case 7:
                    domain = Text(reader.Content);
                    break;
                case 5 when !Attribute(reader.Content, depth):
                    return false;
            }
        }

        _operators.Add(domain is "" or "ai.onnx" ? type : $"{domain}:{type}");
        return !reader.Failed;
    }

    private bool Attribute(ReadOnlySpan<byte> bytes, int depth)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 5 or 10 when !Tensor(reader.Content, false):
                    return false;
                case 6 or 11 when !Graph(reader.Content, depth + 1):
                    return false;
                case 22 or 23 when !Sparse(reader.Content, false):
                    return false;
            }
        }

        return !reader.Failed;
    }

    // Values and indices are tensors of their own; the values bear the name.
    private bool Sparse(ReadOnlySpan<byte> bytes, bool initializer)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when !Tensor(reader.Content, initializer):
                case 2 when !Tensor(reader.Content, false):
                    return false;
            }
        }

        return !reader.Failed;
    }

    private bool Tensor(ReadOnlySpan<byte> bytes, bool initializer)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 8 when initializer:
                    _initializers.Add(Text(reader.Content));
                    break;
                case 13:
                    HasExternalData = true;
                    break;
                case 14 when reader.Value == 1:
                    HasExternalData = true;
                    break;
            }
        }

        return !reader.Failed;
    }

    private static string FirstText(ReadOnlySpan<byte> bytes, int field)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == field)
                return Text(reader.Content);
        }

        return "";
    }

    private static string Text(ReadOnlySpan<byte> bytes) => bytes.Length <= 1024 ? Encoding.UTF8.GetString(bytes) : "?";
}
