using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nsn.Protocol.Cryptography;

/// <summary>Writes <see cref="AccountId"/> into JSON as 0x and hexadecimal digits.</summary>
public sealed class AccountIdJsonConverter : JsonConverter<AccountId>
{
    /// <inheritdoc/>
    public override AccountId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String && AccountId.TryParse(reader.GetString(), out AccountId value)
            ? value
            : throw new JsonException("expected 64 hexadecimal digits");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AccountId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override AccountId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => AccountId.TryParse(reader.GetString(), out AccountId value) ? value : throw new JsonException("expected 64 hexadecimal digits");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, AccountId value, JsonSerializerOptions options)
        => writer.WritePropertyName(value.ToString());
}
