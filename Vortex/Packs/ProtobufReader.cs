namespace Nsn.Vortex.Packs;

/// <summary>Walks the fields of a protocol-buffers message without knowing its schema.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public int Field { get; private set; }

    /// <summary>Content of a length-delimited field, else empty.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Value of a varint field, else 0.</summary>
    public ulong Value { get; private set; }

    /// <summary>The bytes were not a message.</summary>
    public bool Failed { get; private set; }

    /// <summary>Moves to the next field; false at the end or when the bytes are not a message.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty || Failed)
            return false;
        Content = default;
        Value = 0;
        if (!Varint(out var key))
            return false;
        Field = (int)(key >> 3);
        switch (key & 7)
        {
            case 0:
                if (!Varint(out var value))
                    return false;
                Value = value;
                return true;
            case 1:
                return Take(8);
            case 2:
                return Varint(out var length) && length <= (ulong)_rest.Length ? Take((int)length) : Fail();
            case 5:
                return Take(4);
            default:
                return Fail();
        }
    }

    private bool Take(int length)
    {
        if (_rest.Length < length)
            return Fail();
        Content = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty)
                return Fail();
            var octet = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
                return true;
        }

        return Fail();
    }

    private bool Fail()
    {
        Failed = true;
        return false;
    }
}
