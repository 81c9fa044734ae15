using System.Buffers.Binary;
using System.Text;

namespace Nsn.Engine.Serialization;

/// <summary>Reads values from bytes that somebody else wrote: every length is checked against what is left before anything is allocated.</summary>
public sealed class Reader
{
    private byte[] _buffer;
    private int _position;
    private int _end;
    private List<Type> _types;

    public Reader(byte[] buffer)
        : this(buffer, 0, buffer.Length)
    {
    }

    public Reader(byte[] buffer, int offset, int count) => Reset(buffer, offset, count);

    /// <summary>What makes references that are read usable.</summary>
    internal IGrainReferenceRuntime Runtime { get; set; }

    public int Remaining => _end - _position;

    public void Reset(byte[] buffer, int offset, int count)
    {
        _buffer = buffer;
        _position = offset;
        _end = offset + count;
        _types?.Clear();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
            throw new WireFormatException($"The message ends {Math.Max(0L, (long)count - Remaining)} bytes early.");
        var span = _buffer.AsSpan(_position, count);
        _position += count;
        return span;
    }

    public byte ReadByte() => Take(1)[0];

    public ulong ReadVarUInt()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = ReadByte();
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }

        throw new WireFormatException("A variable-length integer is longer than 10 bytes.");
    }

    public long ReadVarInt()
    {
        var value = ReadVarUInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
    public ReadOnlySpan<byte> ReadRaw(int count) => Take(count);
    public ReadOnlySpan<byte> ReadSpan() => Take(ReadLength("bytes"));
    public byte[] ReadBytes() => ReadSpan().ToArray();
    public string ReadString() => Encoding.UTF8.GetString(ReadSpan());

    /// <summary>A count of items or bytes; refused when even one byte an item would not fit in what is left.</summary>
    public int ReadLength(string of)
    {
        var length = ReadVarUInt();
        return length <= (ulong)Remaining ? (int)length : throw new WireFormatException($"A length of {length} for {of} is more than the {Remaining} bytes left.");
    }

    public bool ReadTag(out uint id, out WireKind kind)
    {
        var tag = ReadVarUInt();
        id = unchecked((uint)(tag >> 2) - 1);
        kind = (WireKind)(tag & 3);
        return tag != 0;
    }

    /// <summary>Enters a blob; what it gives must be handed to <see cref="EndBlob"/>.</summary>
    public int BeginBlob()
    {
        var length = ReadFixed32();
        if (length > (uint)Remaining)
            throw new WireFormatException($"A value of {length} bytes is longer than the {Remaining} bytes left.");
        var outer = _end;
        _end = _position + (int)length;
        return outer;
    }

    public void EndBlob(int outer)
    {
        _position = _end;
        _end = outer;
    }

    public void Skip(WireKind kind)
    {
        switch (kind)
        {
            case WireKind.VarInt:
                ReadVarUInt();
                break;
            case WireKind.Fixed64:
                Take(8);
                break;
            case WireKind.Blob:
                EndBlob(BeginBlob());
                break;
            default:
                break;
        }
    }

    public Type ReadType()
    {
        _types ??= [];
        var index = ReadVarUInt();
        if (index == 0)
        {
            var name = ReadString();
            if (!TypeNames.TryParse(name, out var type))
                throw new WireFormatException($"The type '{name}' is not known here: it needs [GenerateSerializer] in an assembly that this process has loaded.");
            _types.Add(type);
            return type;
        }

        return index <= (ulong)_types.Count ? _types[(int)index - 1] : throw new WireFormatException("A type refers to an entry that the message does not have.");
    }
}
