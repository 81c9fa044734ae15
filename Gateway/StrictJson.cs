using System.Text.Json;

namespace Nsn.Gateway;

/// <summary>
/// JSON from anybody. Parsing alone lets pass what throws later, when it is read: names that come twice, and escapes that are half of a character (<c>"\ud800"</c>).
/// </summary>
internal static class StrictJson
{
    /// <summary>How a document of that depth is to be parsed.</summary>
    public static JsonDocumentOptions Options(int depthMax) => new() { MaxDepth = depthMax, AllowDuplicateProperties = false };

    /// <summary>Whether every text in it can be read. Bytes that are no JSON are none of its business.</summary>
    public static bool HasWholeTexts(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    reader.GetString();
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
