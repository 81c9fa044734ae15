namespace Nsn.Vortex.Toon;

/// <summary>Affine map from frame coordinates ([-1, 1] by [-1, 1], y down) to layer coordinates: x' = XX x + XY y + X0, y' = YX x + YY y + Y0.</summary>
internal readonly record struct ToonPlacement(double XX, double XY, double X0, double YX, double YY, double Y0)
{
    /// <summary>Layers from back to front.</summary>
    public static readonly string[] LayerOrder = ["ground", "back", "body", "head", "face", "top"];

    private const double Neck = .42;
    private const double ZoomCentre = .1;

    /// <summary>Where a layer is for given controls (<c>docs/model-pack-toon.md</c>).</summary>
    public static ToonPlacement Of(string layer, in ToonControls controls)
    {
        if (layer == "ground")
        {
            var scale = 1 / (1.06 + (.30 * controls.Zoom));
            return new(scale, 0, .10 * controls.PanX * scale, 0, scale, (.10 * controls.PanY * scale) + ZoomCentre - (ZoomCentre * scale));
        }

        var zoom = 1 / (1 + (.55 * controls.Zoom));
        var x = .13 * controls.PanX * zoom;
        var y = (.13 * controls.PanY * zoom) + ZoomCentre - (ZoomCentre * zoom) - (.012 * Math.Cos(2 * Math.PI * controls.Phase));
        if (layer == "body")
            return new(zoom, 0, x, 0, zoom, y);

        var (sine, cosine) = Math.SinCos(.22 * controls.Tilt);
        var headX = (cosine * x) + (sine * (y - Neck)) - (.02 * controls.Yaw);
        var headY = (-sine * x) + (cosine * (y - Neck)) + Neck - (.03 * controls.Nod);
        var (shiftX, shiftY) = layer switch
        {
            "back" => (.05 * controls.Yaw, 0.0),
            "head" => (0.0, 0.0),
            "face" => (-.11 * controls.Yaw, -.035 * controls.Nod),
            "top" => (-.015 * controls.Yaw, 0.0),
            _ => throw new ArgumentOutOfRangeException(nameof(layer), layer, "Not a layer."),
        };
        return new(cosine * zoom, sine * zoom, headX + shiftX, -sine * zoom, cosine * zoom, headY + shiftY);
    }

    /// <summary>This placement for frame coordinates that are multiplied by a factor first.</summary>
    public ToonPlacement After(double factor) => new(XX * factor, XY * factor, X0, YX * factor, YY * factor, Y0);

    /// <summary>The frame point that the layer point comes from.</summary>
    public (double X, double Y) Inverse(double x, double y)
    {
        var determinant = (XX * YY) - (XY * YX);
        var (dx, dy) = (x - X0, y - Y0);
        return (((YY * dx) - (XY * dy)) / determinant, ((XX * dy) - (YX * dx)) / determinant);
    }
}
