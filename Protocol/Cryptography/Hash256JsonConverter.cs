using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nsn.Protocol.Cryptography;

/// <summary>Writes <see cref="Hash256"/> into JSON as 0x and hexadecimal digits.</summary>
public sealed class Hash256JsonConverter : JsonConverter<Hash256>
{
    /// <inheritdoc/>
    public override Hash256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String && Hash256.TryParse(reader.GetString(), out Hash256 value)
            ? value
            : throw new JsonException("expected 64 hexadecimal digits");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Hash256 value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override Hash256 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => Hash256.TryParse(reader.GetString(), out Hash256 value) ? value : throw new JsonException("expected 64 hexadecimal digits");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Hash256 value, JsonSerializerOptions options)
        => writer.WritePropertyName(value.ToString());
}
