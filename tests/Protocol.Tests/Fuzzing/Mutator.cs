namespace Nsn.Protocol.Tests.Fuzzing;

/// <summary>Changes valid inputs a little, so that parsers are taken far in before something is wrong.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[] s_borders = [0x00, 0x01, 0x03, 0x7F, 0x80, 0xFC, 0xFD, 0xFE, 0xFF];
    private readonly Random _random = new(seed);

    internal byte[] Next(byte[][] seeds)
    {
        List<byte> bytes = [.. seeds[_random.Next(seeds.Length)]];
        for (int changes = _random.Next(4); changes >= 0; changes--)
            Change(bytes, seeds);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[][] seeds)
    {
        int at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        int length = Math.Min(_random.Next(1, 9), bytes.Count - at);
        switch (_random.Next(8))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = s_borders[_random.Next(s_borders.Length)];
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                byte[] other = seeds[_random.Next(seeds.Length)];
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(Math.Min(at, other.Length)));
                break;
            case 6:
                byte[] noise = new byte[_random.Next(1, 9)];
                _random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            default:
                if (bytes.Count > 4)
                {
                    at = Math.Min(at, bytes.Count - 4);
                    bytes.RemoveRange(at, 4);
                    bytes.InsertRange(at, BitConverter.GetBytes(_random.Next(2) == 0 ? uint.MaxValue : (uint)_random.Next(100)));
                }

                break;
        }
    }
}
