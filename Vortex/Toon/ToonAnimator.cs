using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Toon;

/// <summary>
/// Sound and recipe to movement. The mouth follows the phonemes and the level of the speech; blinks, gaze and the slow drift of the head come
/// from the seed; stressed vowels nod the head and raise the brows; the camera follows its motion.
/// </summary>
internal sealed class ToonAnimator
{
    private const double LoopSeconds = 4;
    private const double CoarticulationSeconds = .045;
    private const double BlinkSeconds = .22;
    private const double NodSeconds = .34;

    private readonly ClipRequest _request;
    private readonly SoundTrack _sound;
    private readonly List<double> _blinks = [];
    private readonly List<(double At, double X, double Y)> _gazes = [];
    private readonly double[] _drift;
    private readonly double[] _stresses;
    private readonly double _phase;
    private readonly (double Amount, double Speed, double Nod) _motion;

    public ToonAnimator(ClipRequest request, SoundTrack sound)
    {
        _request = request;
        _sound = sound;
        _motion = request.MotionPreset switch
        {
            "still" => (.04, .5, .15),
            "calm" => (.35, .7, .5),
            "lively" => (1, 1.4, 1.1),
            "manic" => (1.25, 2.1, 1.4),
            _ => (.65, 1, .8),
        };
        var random = new SeededRandom(request.Seed.Derive("motion"));
        _phase = random.NextDouble();
        _drift = [.. Enumerable.Range(0, 12).Select(_ => random.NextDouble() * 2 * Math.PI)];
        for (var at = .6 + (2 * random.NextDouble()); at < request.DurationSeconds; at += 1.8 + (3 * random.NextDouble()))
            _blinks.Add(at);
        for (var at = 0.0; at < request.DurationSeconds; at += .9 + (1.8 * random.NextDouble()))
        {
            // Presenters look at the viewer most of the time.
            var away = random.NextDouble() < .4;
            _gazes.Add((at, away ? (random.NextDouble() * 1.4) - .7 : 0, away ? (random.NextDouble() * .8) - .4 : 0));
        }

        _stresses = [.. sound.Phonemes.Where(phoneme => phoneme.Stressed).Select(phoneme => phoneme.Start.TotalSeconds)];
    }

    /// <summary>The controls of a frame.</summary>
    public ToonControls At(int frame)
    {
        var time = (frame + .5) / _request.FramesPerSecond;
        var (open, wide) = Mouth(time);
        var (gazeX, gazeY) = Gaze(time);
        var stress = Stress(time);
        var (zoom, panX, panY) = Camera(time);
        var amount = _motion.Amount;
        return new ToonControls
        {
            Open = open,
            Wide = wide,
            Blink = Blink(time),
            GazeX = gazeX,
            GazeY = gazeY,
            Brow = Math.Clamp((.55 * stress) + (.25 * Drift(time, 6, .31)), -1, 1),
            Yaw = Math.Clamp((amount * ((.5 * Drift(time, 0, .17)) + (.22 * Drift(time, 1, .43)))) + (.25 * gazeX * amount), -1, 1),
            Nod = Math.Clamp((amount * .28 * Drift(time, 2, .23)) + (_motion.Nod * .6 * stress), -1, 1),
            Tilt = Math.Clamp(amount * ((.4 * Drift(time, 3, .13)) + (.2 * Drift(time, 4, .37))), -1, 1),
            Zoom = zoom,
            PanX = panX,
            PanY = panY,
            Phase = Fraction(_phase + (time / LoopSeconds)),
        };
    }

    /// <summary>The mood of a frame by the recipe's sequence, and the one before it with the share of the change, or null to keep the prompt's.</summary>
    public (string From, string To, float Share)? Mood(int frame)
    {
        var sequence = _request.ExpressionSequence;
        if (sequence.Count == 0)
            return null;
        var time = (frame + .5) / _request.FramesPerSecond;
        var part = (double)_request.DurationSeconds / sequence.Count;
        var index = Math.Min(sequence.Count - 1, (int)(time / part));
        var share = index == 0 ? 1 : Math.Clamp((time - (index * part)) / .35, 0, 1);
        return (sequence[Math.Max(0, index - 1)], sequence[index], (float)share);
    }

    private (double Open, double Wide) Mouth(double time)
    {
        if (!_sound.HasSpeech)
            return (0, 0);

        // Mean over the frame and its surroundings, weighted by distance: lips are late and early at once.
        double open = 0, wide = 0, weights = 0;
        for (var offset = -2; offset <= 2; offset++)
        {
            var weight = Math.Exp(-.5 * offset * offset);
            var shape = Visemes.Of(PhonemeAt(time + (offset * CoarticulationSeconds)));
            open += weight * shape.Open;
            wide += weight * shape.Wide;
            weights += weight;
        }

        var level = Level(time);
        return (Math.Clamp(open / weights * 1.35 * Math.Min(1, .25 + (1.1 * level)), 0, 1) * (level > .02 ? 1 : 0), Math.Clamp(wide / weights, -1, 1));
    }

    private string PhonemeAt(double time)
    {
        var phonemes = _sound.Phonemes;
        int low = 0, high = phonemes.Count - 1, found = -1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (phonemes[middle].Start.TotalSeconds <= time)
                (found, low) = (middle, middle + 1);
            else
                high = middle - 1;
        }

        return found >= 0 && time < (phonemes[found].Start + phonemes[found].Duration).TotalSeconds ? phonemes[found].Symbol : "_";
    }

    private double Level(double time)
    {
        var half = .5 / _request.FramesPerSecond;
        var from = Math.Clamp((int)((time - half) * SoundTrack.EnvelopeRate), 0, _sound.Envelope.Length - 1);
        var to = Math.Clamp((int)((time + half) * SoundTrack.EnvelopeRate), from, _sound.Envelope.Length - 1);
        double sum = 0;
        for (var i = from; i <= to; i++)
            sum += _sound.Envelope[i];
        return sum / (to - from + 1);
    }

    private double Blink(double time)
    {
        foreach (var at in _blinks)
        {
            if (time >= at && time < at + BlinkSeconds)
                return Math.Sin(Math.PI * (time - at) / BlinkSeconds);
        }

        return 0;
    }

    private (double X, double Y) Gaze(double time)
    {
        var index = _gazes.FindLastIndex(gaze => gaze.At <= time);
        var (at, x, y) = _gazes[Math.Max(0, index)];
        if (index <= 0)
            return (x, y);
        var share = Math.Min(1, (time - at) / .09);
        return (_gazes[index - 1].X + ((x - _gazes[index - 1].X) * share), _gazes[index - 1].Y + ((y - _gazes[index - 1].Y) * share));
    }

    private double Stress(double time)
    {
        double sum = 0;
        foreach (var at in _stresses)
        {
            if (time > at - .05 && time < at + NodSeconds)
                sum = Math.Max(sum, Math.Sin(Math.PI * (time - at + .05) / (NodSeconds + .05)));
        }

        return sum;
    }

    private (double Zoom, double PanX, double PanY) Camera(double time)
    {
        var share = time / _request.DurationSeconds;
        var smooth = share * share * (3 - (2 * share));
        return _request.CameraMotion switch
        {
            "zoom_in" => (.1 + (.75 * smooth), 0, 0),
            "zoom_out" => (.85 - (.75 * smooth), 0, 0),
            "pan_left" => (.3, .7 - (1.4 * smooth), 0),
            "pan_right" => (.3, -.7 + (1.4 * smooth), 0),
            "handheld" => (.3, .16 * Drift(time, 8, .5), .13 * Drift(time, 9, .6)),
            _ => (.2, 0, 0),
        };
    }

    private double Drift(double time, int channel, double hertz) =>
        (.7 * Math.Sin((2 * Math.PI * hertz * _motion.Speed * time) + _drift[channel]))
        + (.3 * Math.Sin((2 * Math.PI * hertz * 1.73 * _motion.Speed * time) + _drift[(channel + 5) % _drift.Length]));

    private static double Fraction(double value) => value - Math.Floor(value);
}
