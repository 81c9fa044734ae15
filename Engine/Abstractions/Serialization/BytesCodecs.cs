namespace Nsn.Engine.Serialization;

/// <summary>Byte arrays, in one piece.</summary>
internal sealed class BytesCodec : Codec<byte[]>
{
    public override void Write(Writer writer, byte[] value) => writer.WriteBytes(value);
    public override byte[] Read(Reader reader) => reader.ReadBytes();
    public override byte[] Copy(byte[] value) => value is null ? null : (byte[])value.Clone();
}

/// <summary>Writable memory.</summary>
internal sealed class MemoryCodec : Codec<Memory<byte>>
{
    public override void Write(Writer writer, Memory<byte> value) => writer.WriteBytes(value.Span);
    public override Memory<byte> Read(Reader reader) => reader.ReadBytes();
    public override Memory<byte> Copy(Memory<byte> value) => value.ToArray();
}

/// <summary>Read-only memory; copied, because its owner may still write to it.</summary>
internal sealed class ReadOnlyMemoryCodec : Codec<ReadOnlyMemory<byte>>
{
    public override void Write(Writer writer, ReadOnlyMemory<byte> value) => writer.WriteBytes(value.Span);
    public override ReadOnlyMemory<byte> Read(Reader reader) => reader.ReadBytes();
    public override ReadOnlyMemory<byte> Copy(ReadOnlyMemory<byte> value) => value.ToArray();
}
