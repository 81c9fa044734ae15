using Nsn.Vortex;

namespace Nsn.Cli;

/// <summary>Exit codes of <c>nsn</c>; scripts rely on them.</summary>
public static class ExitCode
{
    /// <summary>Done; the clip was accepted, the clips are alike, the pack is good.</summary>
    public const int Success = 0;

    /// <summary>The answer is no: rejected, different, broken.</summary>
    public const int Negative = 1;

    /// <summary>The command line or the request is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The model pack cannot be used.</summary>
    public const int Pack = 3;

    /// <summary>A program or library is missing.</summary>
    public const int MissingTool = 4;

    /// <summary>Cancelled, or the deadline passed.</summary>
    public const int TimedOut = 5;

    /// <summary>A file could not be read or written.</summary>
    public const int Storage = 6;

    /// <summary>Inference, encoding or decoding failed.</summary>
    public const int Failed = 7;

    /// <summary>The exit code for a failure of the pipeline.</summary>
    public static int Of(ClipError error) => error switch
    {
        ClipError.InvalidRequest => Usage,
        ClipError.Pack => Pack,
        ClipError.MissingTool => MissingTool,
        ClipError.DeadlineExceeded => TimedOut,
        ClipError.Storage => Storage,
        _ => Failed,
    };
}
