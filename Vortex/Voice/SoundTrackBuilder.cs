using Nsn.Media;
using Nsn.Vortex.Music;

namespace Nsn.Vortex.Voice;

/// <summary>Fits speech to a clip: resampled, normalised, placed, cut or padded, with music beneath that gives way to it.</summary>
public sealed class SoundTrackBuilder(IVoice voice)
{
    private const double LeadSeconds = .25;
    private const double TailSeconds = .2;
    private const double SpeedUpMax = 1.45;
    private const double SpeechLufs = -17;
    private const double BedAloneLufs = -24;
    private const double BedBeneathLufs = -36;
    private const float CeilingPeak = .95f;

    /// <summary>Name of the voice engine, for the proof.</summary>
    public string VoiceName => voice.Name;

    /// <summary>
    /// Builds the sound of a request. A script too long for the clip is spoken faster, up to 1.45 times, then cut after the last word that
    /// ends in time.
    /// </summary>
    public async ValueTask<SoundTrack> BuildAsync(ClipRequest request, CancellationToken cancellationToken)
    {
        var count = request.DurationSeconds * SoundFormat.SampleRate;
        var samples = new float[count];
        List<TimedPhoneme> phonemes = [];
        if (!string.IsNullOrWhiteSpace(request.Script))
        {
            var room = request.DurationSeconds - LeadSeconds - TailSeconds;
            var speech = await SpeakAsync(request, room, cancellationToken).ConfigureAwait(false);
            phonemes = Place(speech, room, samples);
        }
        else if (!voice.Voices.Contains(request.VoiceId))
        {
            throw new ClipException(
                ClipError.InvalidRequest, $"The voice '{request.VoiceId}' is not known; choose one of {string.Join(", ", voice.Voices)}.");
        }

        Loudness.Normalise(samples, SpeechLufs);
        var envelope = Envelope(samples);
        if (phonemes.Count > 0 && envelope.Max() <= 0)
            phonemes = [];
        AddBed(samples, envelope, request, phonemes.Count > 0);
        return new SoundTrack(samples, phonemes, envelope);
    }

    private async ValueTask<Speech> SpeakAsync(ClipRequest request, double room, CancellationToken cancellationToken)
    {
        var wanted = new SpeechRequest(request.Script, request.VoiceId, request.Speed, request.Emotion);
        var speech = await voice.SpeakAsync(wanted, cancellationToken).ConfigureAwait(false);
        CheckFinite(speech);
        var excess = speech.Duration.TotalSeconds / room;
        if (excess <= 1)
            return speech;
        var faster = await voice.SpeakAsync(wanted with { Speed = request.Speed * Math.Min(SpeedUpMax, excess * 1.05) }, cancellationToken)
            .ConfigureAwait(false);
        CheckFinite(faster);
        return faster;
    }

    private static void CheckFinite(Speech speech)
    {
        foreach (var sample in speech.Samples)
        {
            if (!float.IsFinite(sample))
                throw new ClipException(ClipError.Inference, "The voice gave samples that are not numbers.");
        }
    }

    private static List<TimedPhoneme> Place(Speech speech, double room, float[] samples)
    {
        var sound = Resampler.Resample(speech.Samples, speech.SampleRate, SoundFormat.SampleRate);
        var end = TimeSpan.FromSeconds(room);
        if (speech.Duration > end)
        {
            // The last pause that begins in time, else the hard limit.
            foreach (var phoneme in speech.Phonemes)
            {
                if (phoneme.Symbol == "_" && phoneme.Start <= TimeSpan.FromSeconds(room) && phoneme.Start > TimeSpan.FromSeconds(room / 2))
                    end = phoneme.Start;
            }
        }

        var lead = (int)(LeadSeconds * SoundFormat.SampleRate);
        var length = Math.Min(sound.Length, (int)(end.TotalSeconds * SoundFormat.SampleRate));
        var fade = Math.Min(length, SoundFormat.SampleRate / 30);
        for (var i = 0; i < length && lead + i < samples.Length; i++)
            samples[lead + i] = sound[i] * (length == sound.Length ? 1 : Math.Min(1, (float)(length - i) / fade));
        return [.. speech.Phonemes.Where(phoneme => phoneme.Start < end)
            .Select(phoneme => phoneme with
            {
                Start = phoneme.Start + TimeSpan.FromSeconds(LeadSeconds),
                Duration = phoneme.Start + phoneme.Duration > end ? end - phoneme.Start : phoneme.Duration,
            })];
    }

    /// <summary>Level per hundredth of a second, relative to the loud parts, smoothed over three values.</summary>
    internal static float[] Envelope(ReadOnlySpan<float> samples)
    {
        const int step = SoundFormat.SampleRate / SoundTrack.EnvelopeRate;
        var levels = new float[samples.Length / step];
        for (var i = 0; i < levels.Length; i++)
        {
            double sum = 0;
            foreach (var sample in samples.Slice(i * step, step))
                sum += sample * sample;
            levels[i] = (float)Math.Sqrt(sum / step);
        }

        var sorted = levels.Where(level => level > 1e-4f).Order().ToArray();
        var loud = sorted.Length == 0 ? 0 : sorted[sorted.Length * 9 / 10];
        var smooth = new float[levels.Length];
        for (var i = 0; i < levels.Length && loud > 0; i++)
        {
            var mean = (levels[Math.Max(0, i - 1)] + levels[i] + levels[Math.Min(levels.Length - 1, i + 1)]) / 3;
            smooth[i] = Math.Min(1, mean / loud);
        }

        return smooth;
    }

    private static void AddBed(float[] samples, float[] envelope, ClipRequest request, bool speech)
    {
        var bed = BackgroundBed.Synthesise(request.Seed, request.Emotion, samples.Length);
        Loudness.Normalise(bed, speech ? BedBeneathLufs : BedAloneLufs);
        const int step = SoundFormat.SampleRate / SoundTrack.EnvelopeRate;
        var gain = 1f;
        for (var i = 0; i < samples.Length; i++)
        {
            // Without speech in the last moments the music comes up by half; under speech it gives way.
            var target = speech && i / step < envelope.Length && envelope[i / step] > .05f ? .8f : 1.5f;
            gain += (target - gain) * (1f / 12_000);
            samples[i] = Math.Clamp(samples[i] + (bed[i] * (speech ? gain : 1)), -CeilingPeak, CeilingPeak);
        }
    }
}
