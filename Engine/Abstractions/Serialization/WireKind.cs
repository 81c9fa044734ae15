namespace Nsn.Engine.Serialization;

/// <summary>How a member's value is laid out, so that a reader can skip members it does not know.</summary>
public enum WireKind : byte
{
    VarInt = 0,
    Fixed64 = 1,
    Blob = 2,
    Null = 3,
}
