namespace Nsn.WebRtc.Rtp;

/// <summary>Collects the payloads of one frame in one buffer.</summary>
internal sealed class PayloadBuilder(int frameLength)
{
    private readonly List<int> _ends = [];
    private byte[] _buffer = new byte[frameLength + 16 + (frameLength / 32)];
    private int _length;
    private bool _open;

    public byte[] Buffer
    {
        get
        {
            End();
            return _buffer.AsSpan(0, _length).ToArray();
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
