namespace Nsn.Protocol.Scale;

/// <summary>Why bytes are not the SCALE value that was expected.</summary>
public enum ScaleError
{
    /// <summary>Nothing is wrong so far.</summary>
    None,

    /// <summary>The input ends before the value does.</summary>
    Truncated,

    /// <summary>A length is above the limit that the format sets.</summary>
    LengthAboveLimit,

    /// <summary>A compact integer is not in its shortest form.</summary>
    NotCanonical,

    /// <summary>A compact integer does not fit the type that is read.</summary>
    ValueTooLarge,

    /// <summary>A boolean is neither 0 nor 1.</summary>
    InvalidBoolean,

    /// <summary>An option or a result has a tag other than 0 and 1.</summary>
    InvalidTag,

    /// <summary>A string is not well-formed UTF-8.</summary>
    InvalidUtf8,

    /// <summary>An enumeration has a variant index that the format does not know.</summary>
    UnknownVariant,

    /// <summary>Bytes follow after the value.</summary>
    TrailingBytes,

    /// <summary>The value is well-formed, but outside the range that the format allows.</summary>
    ValueOutOfRange,
}
