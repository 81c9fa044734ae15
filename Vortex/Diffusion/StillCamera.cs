using Nsn.Vortex.Toon;

namespace Nsn.Vortex.Diffusion;

/// <summary>The camera over a still picture: the request's motion, and a slow drift from the seed, since a picture that stands still is no clip.</summary>
internal sealed class StillCamera
{
    private const double DriftHertz = .11;
    private const double DriftSize = .35;

    private readonly ClipRequest _request;
    private readonly double _phase;
    private readonly double _liveliness;

    public StillCamera(ClipRequest request)
    {
        _request = request;
        _phase = 2 * Math.PI * new SeededRandom(request.Seed.Derive("camera")).NextDouble();
        _liveliness = request.MotionPreset switch { "still" => .5, "calm" => .75, "lively" => 1.5, "manic" => 2.5, _ => 1 };
    }

    /// <summary>Where the camera looks in a frame.</summary>
    public ToonControls At(int frame)
    {
        var time = frame / (double)_request.FramesPerSecond;
        var share = time / _request.DurationSeconds;
        var smooth = share * share * (3 - (2 * share));
        var (zoom, pan) = _request.CameraMotion switch
        {
            "zoom_in" => (.2 + (.8 * smooth), 0.0),
            "zoom_out" => (1 - (.8 * smooth), 0.0),
            "pan_left" => (.5, .8 - (1.6 * smooth)),
            "pan_right" => (.5, -.8 + (1.6 * smooth)),
            _ => (.5, 0.0),
        };
        var speed = 2 * Math.PI * DriftHertz * _liveliness * (_request.CameraMotion == "handheld" ? 3 : 1) * time;
        return new ToonControls
        {
            Zoom = Math.Clamp(zoom + (DriftSize * .5 * Math.Sin(speed + _phase)), 0, 1.2),
            PanX = Math.Clamp(pan + (DriftSize * Math.Sin((.83 * speed) + (2 * _phase))), -1, 1),
            PanY = DriftSize * Math.Sin((1.21 * speed) + (3 * _phase)),
        };
    }
}
