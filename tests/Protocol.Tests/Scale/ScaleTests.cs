using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Tests.Scale;

public sealed class ScaleTests
{
    // From the SCALE documentation of Substrate, and the borders between the four compact modes.
    [Theory]
    [InlineData("0", "00")]
    [InlineData("1", "04")]
    [InlineData("42", "a8")]
    [InlineData("63", "fc")]
    [InlineData("64", "0101")]
    [InlineData("69", "1501")]
    [InlineData("16383", "fdff")]
    [InlineData("16384", "02000100")]
    [InlineData("65535", "feff0300")]
    [InlineData("1073741823", "feffffff")]
    [InlineData("1073741824", "0300000040")]
    [InlineData("100000000000000", "0b00407a10f35a")]
    [InlineData("18446744073709551615", "13ffffffffffffffff")]
    [InlineData("340282366920938463463374607431768211455", "33ffffffffffffffffffffffffffffffff")]
    public void Compact_integers_are_written_as_Substrate_does_and_read_back(string number, string hex)
    {
        UInt128 value = UInt128.Parse(number);
        ScaleWriter writer = new();
        writer.WriteCompact(value);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.WrittenSpan));

        ScaleReader reader = new(writer.WrittenSpan);
        Assert.True(reader.TryReadCompact(out UInt128 back) && reader.TryReadEnd());
        Assert.Equal(value, back);
    }

    [Theory]
    [InlineData("0100", ScaleError.NotCanonical)]
    [InlineData("02000000", ScaleError.NotCanonical)]
    [InlineData("0300000000", ScaleError.NotCanonical)]
    [InlineData("07000000400000", ScaleError.NotCanonical)]
    [InlineData("37ffffffffffffffffffffffffffffffffff", ScaleError.ValueTooLarge)]
    [InlineData("01", ScaleError.Truncated)]
    [InlineData("", ScaleError.Truncated)]
    [InlineData("03ffff", ScaleError.Truncated)]
    public void Compact_integers_that_are_not_canonical_are_refused(string hex, ScaleError error)
    {
        ScaleReader reader = new(Convert.FromHexString(hex));
        if (reader.TryReadCompact(out _))
            Assert.False(reader.TryReadEnd());
        Assert.Equal(error, reader.Error);
        Assert.Equal(0, reader.Offset);
    }

    [Fact]
    public void Every_kind_of_value_comes_back()
    {
        ScaleWriter writer = new();
        writer.WriteBool(true);
        writer.WriteU16(0xBEEF);
        writer.WriteU32(0xDEADBEEF);
        writer.WriteU64(ulong.MaxValue - 1);
        writer.WriteU128(UInt128.MaxValue - 2);
        writer.WriteI8(-3);
        writer.WriteI16(-300);
        writer.WriteI32(int.MinValue);
        writer.WriteI64(long.MinValue + 1);
        writer.WriteI128(Int128.MinValue);
        writer.WriteString("Grüße 電視");
        writer.WriteOption<uint>(null, (w, v) => w.WriteU32(v));
        writer.WriteOption<uint>(7, (w, v) => w.WriteU32(v));
        writer.WriteVector([1u, 2u, 3u], (w, v) => w.WriteU32(v));
        writer.WriteBytes([9, 8, 7]);
        writer.WriteFixed([1, 2]);

        ScaleReader reader = new(writer.WrittenSpan);
        Assert.True(reader.TryReadBool(out bool flag) && flag);
        Assert.True(reader.TryReadU16(out ushort u16) && u16 == 0xBEEF);
        Assert.True(reader.TryReadU32(out uint u32) && u32 == 0xDEADBEEF);
        Assert.True(reader.TryReadU64(out ulong u64) && u64 == ulong.MaxValue - 1);
        Assert.True(reader.TryReadU128(out UInt128 u128) && u128 == UInt128.MaxValue - 2);
        Assert.True(reader.TryReadI8(out sbyte i8) && i8 == -3);
        Assert.True(reader.TryReadI16(out short i16) && i16 == -300);
        Assert.True(reader.TryReadI32(out int i32) && i32 == int.MinValue);
        Assert.True(reader.TryReadI64(out long i64) && i64 == long.MinValue + 1);
        Assert.True(reader.TryReadI128(out Int128 i128) && i128 == Int128.MinValue);
        Assert.True(reader.TryReadString(100, out string? text) && text == "Grüße 電視");
        Assert.True(reader.TryReadOptionTag(out bool present) && !present);
        Assert.True(reader.TryReadOptionTag(out present) && present);
        Assert.True(reader.TryReadU32(out u32) && u32 == 7);
        Assert.True(reader.TryReadVector(4, 3, (ref ScaleReader r, out uint v) => r.TryReadU32(out v), out uint[]? numbers));
        Assert.Equal([1u, 2u, 3u], numbers);
        Assert.True(reader.TryReadBytes(3, out ReadOnlySpan<byte> bytes) && bytes.SequenceEqual(new byte[] { 9, 8, 7 }));
        Assert.True(reader.TryReadFixed(2, out bytes) && bytes.SequenceEqual(new byte[] { 1, 2 }));
        Assert.True(reader.TryReadEnd());
    }

    [Fact]
    public void A_count_that_the_input_cannot_hold_is_refused_before_anything_is_allocated()
    {
        ScaleReader reader = new([0xFE, 0xFF, 0xFF, 0xFF]); // 2^30 - 1 elements
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(reader.TryReadVector(4, int.MaxValue, static (ref ScaleReader r, out uint v) => r.TryReadU32(out v), out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
        Assert.Equal(ScaleError.Truncated, reader.Error);
    }

    [Theory]
    [InlineData("02", ScaleError.InvalidBoolean)]
    [InlineData("", ScaleError.Truncated)]
    public void A_boolean_is_0_or_1(string hex, ScaleError error)
    {
        ScaleReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadBool(out _));
        Assert.Equal(error, reader.Error);
    }

    [Fact]
    public void A_string_must_be_well_formed_UTF8()
    {
        ScaleReader reader = new([0x08, 0xC0, 0x80]);
        Assert.False(reader.TryReadString(10, out _));
        Assert.Equal(ScaleError.InvalidUtf8, reader.Error);
    }
}
