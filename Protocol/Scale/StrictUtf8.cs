using System.Text;

namespace Nsn.Protocol.Scale;

/// <summary>UTF-8 that refuses what it cannot carry instead of replacing it: two texts never share one encoding.</summary>
internal static class StrictUtf8
{
    internal static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
