using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nsn.Protocol.Cryptography;

/// <summary>Writes <see cref="Signature64"/> into JSON as 0x and hexadecimal digits.</summary>
public sealed class Signature64JsonConverter : JsonConverter<Signature64>
{
    /// <inheritdoc/>
    public override Signature64 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String && Signature64.TryParse(reader.GetString(), out Signature64 value)
            ? value
            : throw new JsonException("expected 128 hexadecimal digits");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Signature64 value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override Signature64 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => Signature64.TryParse(reader.GetString(), out Signature64 value) ? value : throw new JsonException("expected 128 hexadecimal digits");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Signature64 value, JsonSerializerOptions options)
        => writer.WritePropertyName(value.ToString());
}
