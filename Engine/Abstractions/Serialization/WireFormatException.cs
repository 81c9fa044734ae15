using Orleans.Runtime;

namespace Nsn.Engine.Serialization;

/// <summary>Bytes that do not say what they should, or a value that cannot be written; the message names the type.</summary>
public sealed class WireFormatException : OrleansException
{
    public WireFormatException(string message)
        : base(message)
    {
    }

    public WireFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
