using System.Runtime.InteropServices;

namespace Nsn.Vortex.Voice;

/// <summary>
/// The part of <c>libespeak-ng</c>'s C interface that is used (its header <c>speak_lib.h</c>, API revision 12). Loaded for one utterance and
/// unloaded after it: the library keeps oscillator phases in globals, and only a fresh image makes the same text sound the same, bit by bit. The noise of
/// breath in some voices comes from a generator that begins anew, too (<see cref="PrivateNoise"/>).
/// </summary>
internal sealed unsafe class EspeakLibrary : IDisposable
{
    public const int OutputSynchronous = 2;
    public const int OptionPhonemeEvents = 0x0001;
    public const int OptionPhonemeIpa = 0x0002;
    public const int OptionDoNotExit = 0x8000;
    public const uint TextUtf8 = 1;
    public const uint EndPause = 0x1000;

    public const int EventListTerminated = 0, EventPhoneme = 7;
    public const int ParameterRate = 1, ParameterPitch = 3, ParameterRange = 4;

    /// <summary>Joins the parts of one phoneme, as of a diphthong, in what <see cref="Phonemes"/> gives.</summary>
    public const char Tie = '^';

    private const int PhonemesIpa = 0x02, PhonemesTie = 0x80;
    private const int BufferMilliseconds = 200;

    private static readonly string[] s_names = ["libespeak-ng.so.1", "libespeak-ng.so", "libespeak-ng.1.dylib", "libespeak-ng.dll", "espeak-ng"];

    private readonly nint _handle;

    private EspeakLibrary(nint handle) => _handle = handle;

    [StructLayout(LayoutKind.Sequential)]
    public struct Event
    {
        public int Type;
        public uint Identifier;
        public int TextPosition;
        public int Length;
        public int AudioMilliseconds;
        public int Sample;
        public nint UserData;
        public fixed byte Symbol[8];
    }

    /// <summary>Samples per second of what it speaks.</summary>
    public int SampleRate { get; private init; }

    /// <summary>Version as the library gives it.</summary>
    public string Version { get; private init; } = "";

    /// <summary>Loads and initialises the library.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.MissingTool"/> when it is not installed.</exception>
    public static EspeakLibrary Load()
    {
        foreach (var name in s_names)
        {
            if (!NativeLibrary.TryLoad(name, out var handle))
                continue;
            if (!PrivateNoise.TryGive(handle))
                SeedNoise();
            var initialize = (delegate* unmanaged[Cdecl]<int, int, byte*, int, int>)NativeLibrary.GetExport(handle, "espeak_Initialize");
            var rate = initialize(OutputSynchronous, BufferMilliseconds, null, OptionPhonemeEvents | OptionPhonemeIpa | OptionDoNotExit);
            if (rate <= 0)
            {
                NativeLibrary.Free(handle);
                throw new ClipException(ClipError.MissingTool, "espeak-ng found no voice data: install the package espeak-ng-data.");
            }

            var info = (delegate* unmanaged[Cdecl]<nint*, nint>)NativeLibrary.GetExport(handle, "espeak_Info");
            return new EspeakLibrary(handle) { SampleRate = rate, Version = Marshal.PtrToStringUTF8(info(null)) ?? "" };
        }

        throw new ClipException(ClipError.MissingTool, "The library libespeak-ng is missing: install the package espeak-ng.");
    }

    // Where it cannot have a generator of its own: then the samples are the same only while nothing else draws from the process's.
    private static void SeedNoise()
    {
        var runtime = OperatingSystem.IsWindows() ? NativeLibrary.Load("ucrtbase") : NativeLibrary.GetMainProgramHandle();
        ((delegate* unmanaged[Cdecl]<uint, void>)NativeLibrary.GetExport(runtime, "srand"))(1);
    }

    /// <summary>Chooses a voice by the name of its file, with an optional variant after <c>+</c>.</summary>
    public bool TrySetVoice(string name)
    {
        var set = (delegate* unmanaged[Cdecl]<byte*, int>)NativeLibrary.GetExport(_handle, "espeak_SetVoiceByName");
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
            return set(text) == 0;
    }

    /// <summary>Sets an absolute parameter.</summary>
    public void Set(int parameter, int value)
    {
        var set = (delegate* unmanaged[Cdecl]<int, int, int, int>)NativeLibrary.GetExport(_handle, "espeak_SetParameter");
        if (set(parameter, value, 0) != 0)
            throw new ClipException(ClipError.Inference, $"espeak-ng refused the value {value} of its parameter {parameter}.");
    }

    /// <summary>Speaks UTF-8 text that ends with 0; the callback runs on this thread before it returns.</summary>
    public void Synthesise(ReadOnlySpan<byte> text, delegate* unmanaged[Cdecl]<short*, int, Event*, int> callback)
    {
        ((delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(_handle, "espeak_SetSynthCallback"))((nint)callback);
        var synth = (delegate* unmanaged[Cdecl]<byte*, nuint, uint, int, uint, uint, uint*, void*, int>)NativeLibrary.GetExport(_handle, "espeak_Synth");
        fixed (byte* pointer = text)
        {
            var status = synth(pointer, (nuint)text.Length, 0, 1, 0, TextUtf8 | EndPause, null, null);
            if (status != 0)
                throw new ClipException(ClipError.Inference, $"espeak-ng failed with status {status}.");
        }
    }

    /// <summary>
    /// Phonemes of UTF-8 text that ends with 0, clause after clause: where each ends in the text, and its phonemes in the International Phonetic Alphabet with
    /// stress marks before vowels and <see cref="Tie"/> between the parts of one phoneme.
    /// </summary>
    public List<(int End, string Phonemes)> Phonemes(ReadOnlySpan<byte> text)
    {
        var translate = (delegate* unmanaged[Cdecl]<void**, int, int, byte*>)NativeLibrary.GetExport(_handle, "espeak_TextToPhonemes");
        var clauses = new List<(int, string)>();
        fixed (byte* start = text)
        {
            void* at = start;
            while (at is not null)
            {
                var from = at;
                var phonemes = translate(&at, (int)TextUtf8, PhonemesIpa | PhonemesTie | (Tie << 8));
                var end = at is null ? text.Length - 1 : BeforeLast(text, (int)((byte*)at - start));
                clauses.Add((end, Marshal.PtrToStringUTF8((nint)phonemes) ?? ""));
                if (at == from)
                    break; // no way on
            }
        }

        return clauses;
    }

    // The library has read one character of the next clause when it ends one.
    private static int BeforeLast(ReadOnlySpan<byte> text, int end)
    {
        do
            end--;
        while (end > 0 && (text[end] & 0xC0) == 0x80);
        return Math.Max(0, end);
    }

    public void Dispose()
    {
        ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(_handle, "espeak_Terminate"))();
        NativeLibrary.Free(_handle);
    }
}
