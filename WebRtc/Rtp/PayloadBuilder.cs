using System.Buffers;

namespace Nsn.WebRtc.Rtp;

/// <summary>Holds the payloads of one frame in one buffer. Used again for another frame after <see cref="Clear"/>.</summary>
/// <param name="isShared">True if the buffer comes from the shared pool, and goes back there; false if it is the collector's.</param>
internal sealed class PayloadBuilder(bool isShared = false)
{
    private readonly List<int> _ends = [];
    private byte[] _buffer = [];
    private bool _open;

    /// <summary>How many payloads there are.</summary>
    public int Count => _ends.Count;

    /// <summary>All payloads together, bytes.</summary>
    public int Length { get; private set; }

    /// <summary>A payload.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            int start = index == 0 ? 0 : _ends[index - 1];
            return _buffer.AsSpan(start, _ends[index] - start);
        }
    }

    /// <summary>Makes room for a frame of this length and the descriptors of its payloads.</summary>
    public void Start(int frameLength)
    {
        Clear();
        _buffer = NewBuffer(frameLength + 16 + (frameLength / 32));
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
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Append(byte value)
    {
        Reserve(1);
        _buffer[Length++] = value;
    }

    /// <summary>Ends the last payload. What is kept for a while is copied if much of its buffer is empty.</summary>
    public void Finish()
    {
        End();
        if (!isShared && Length < _buffer.Length - (_buffer.Length / 8))
        {
            _buffer = _buffer.AsSpan(0, Length).ToArray();
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Clear()
    {
        if (isShared && _buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _ends.Clear();
        Length = 0;
        _open = false;
    }

    private byte[] NewBuffer(int length) => isShared ? ArrayPool<byte>.Shared.Rent(length) : new byte[length];

    private void End()
    {
        if (_open)
        {
            _ends.Add(Length);
            _open = false;
        }
    }

    private void Reserve(int count)
    {
        if (Length + count <= _buffer.Length)
        {
            return;
        }

        byte[] larger = NewBuffer(Math.Max(Length + count, _buffer.Length * 2));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        if (isShared && _buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
