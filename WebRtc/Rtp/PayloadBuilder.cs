namespace Nsn.WebRtc.Rtp;

/// <summary>Collects the payloads of one frame in one buffer.</summary>
internal sealed class PayloadBuilder(int frameLength)
{
    private readonly List<int> _ends = new((frameLength / 1_024) + 1);
    private byte[] _buffer = new byte[frameLength + 16 + (frameLength / 32)];
    private int _length;
    private bool _open;

    /// <summary>The payloads one after another; not copied unless much of the buffer is empty, since frames are kept for a while.</summary>
    public ReadOnlyMemory<byte> Buffer
    {
        get
        {
            End();
            return _length >= _buffer.Length - (_buffer.Length / 8) ? _buffer.AsMemory(0, _length) : _buffer.AsSpan(0, _length).ToArray();
        }
    }

    public int[] Ends
    {
        get
        {
            End();
            return [.. _ends];
        }
    }

    /// <summary>Starts the next payload.</summary>
    public void Begin(int expectedLength)
    {
        End();
        _open = true;
        Reserve(expectedLength);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Append(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    private void End()
    {
        if (_open)
        {
            _ends.Add(_length);
            _open = false;
        }
    }

    private void Reserve(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_length + count, _buffer.Length * 2));
        }
    }
}
