namespace Nsn.Vortex.Toon;

/// <summary>What the presenter and the camera do in one frame.</summary>
internal readonly record struct ToonControls
{
    public static readonly string[] Names =
        ["open", "wide", "blink", "gaze_x", "gaze_y", "brow", "yaw", "nod", "tilt", "zoom", "pan_x", "pan_y", "phase"];

    /// <summary>Mouth, 0 closed to 1 open.</summary>
    public double Open { get; init; }

    /// <summary>Mouth, -1 rounded to 1 spread.</summary>
    public double Wide { get; init; }

    /// <summary>Eyelids, 0 open to 1 closed.</summary>
    public double Blink { get; init; }

    /// <summary>Eyes, -1 left to 1 right.</summary>
    public double GazeX { get; init; }

    /// <summary>Eyes, -1 up to 1 down.</summary>
    public double GazeY { get; init; }

    /// <summary>Brows, -1 lowered to 1 raised.</summary>
    public double Brow { get; init; }

    /// <summary>Head turned, -1 to 1.</summary>
    public double Yaw { get; init; }

    /// <summary>Head bent, -1 to 1.</summary>
    public double Nod { get; init; }

    /// <summary>Head tilted, -1 to 1.</summary>
    public double Tilt { get; init; }

    /// <summary>Camera, 0 wide to 1 close.</summary>
    public double Zoom { get; init; }

    /// <summary>Camera, -1 to 1.</summary>
    public double PanX { get; init; }

    /// <summary>Camera, -1 to 1.</summary>
    public double PanY { get; init; }

    /// <summary>Slow loop of background and breath, in turns.</summary>
    public double Phase { get; init; }

    /// <summary>The control of this name, one of <see cref="Names"/>.</summary>
    public double this[string name] => name switch
    {
        "open" => Open,
        "wide" => Wide,
        "blink" => Blink,
        "gaze_x" => GazeX,
        "gaze_y" => GazeY,
        "brow" => Brow,
        "yaw" => Yaw,
        "nod" => Nod,
        "tilt" => Tilt,
        "zoom" => Zoom,
        "pan_x" => PanX,
        "pan_y" => PanY,
        "phase" => Phase,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a control."),
    };
}
