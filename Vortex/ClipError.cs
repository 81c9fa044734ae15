namespace Nsn.Vortex;

/// <summary>Why no clip came out; what callers branch on.</summary>
public enum ClipError
{
    /// <summary>The request breaks a limit or is refused; it will fail again.</summary>
    InvalidRequest,

    /// <summary>The pack is broken, or cannot do what the request asks.</summary>
    Pack,

    /// <summary>A program or library that is needed is missing (<c>ffmpeg</c>, <c>espeak-ng</c>).</summary>
    MissingTool,

    /// <summary>The deadline passed.</summary>
    DeadlineExceeded,

    /// <summary>The device lacks memory for the pack.</summary>
    OutOfMemory,

    /// <summary>A model gave something that is not a number, or failed.</summary>
    Inference,

    /// <summary>Encoding or decoding failed.</summary>
    Media,

    /// <summary>The clip could not be written (disk full, no permission).</summary>
    Storage,
}
