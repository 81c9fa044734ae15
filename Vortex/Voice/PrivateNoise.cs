using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nsn.Vortex.Voice;

/// <summary>
/// A random generator of a loaded library's own, in place of the C library's <c>rand</c>: that one is the whole process's, and ONNX Runtime's threads draw from
/// it, too. What the library imports is found in its dynamic section (ELF, "Relocation"); whoever uses it takes turns, for there is one state.
/// </summary>
internal static unsafe partial class PrivateNoise
{
    private const int LinkMapRequest = 2;
    private const int ProtectRead = 1, ProtectWrite = 2;
    private const long TagSizeOfPlt = 2, TagStrings = 5, TagSymbols = 6, TagRelocations = 7, TagSizeOfRelocations = 8, TagPlt = 23;

    private static uint s_state;

    /// <summary>Begins the generator anew and has the library draw from it.</summary>
    /// <returns>False where libraries are not of this kind: on systems other than 64-bit Linux with the GNU C library.</returns>
    public static bool TryGive(nint library)
    {
        s_state = 1;
        if (!OperatingSystem.IsLinux() || sizeof(nint) != 8)
            return false;
        try
        {
            return GetLinkMap(library, LinkMapRequest, out var map) == 0 && Replace(map);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    private static bool Replace(LinkMap* map)
    {
        byte* strings = null;
        Symbol* symbols = null;
        Relocation* plt = null, others = null;
        long pltSize = 0, othersSize = 0;
        for (var entry = map->Dynamic; entry->Tag != 0; entry++)
        {
            switch (entry->Tag)
            {
                case TagStrings:
                    strings = (byte*)At(entry->Value);
                    break;
                case TagSymbols:
                    symbols = (Symbol*)At(entry->Value);
                    break;
                case TagPlt:
                    plt = (Relocation*)At(entry->Value);
                    break;
                case TagSizeOfPlt:
                    pltSize = entry->Value;
                    break;
                case TagRelocations:
                    others = (Relocation*)At(entry->Value);
                    break;
                case TagSizeOfRelocations:
                    othersSize = entry->Value;
                    break;
            }
        }

        return strings is not null && symbols is not null && (ReplaceIn(plt, pltSize) | ReplaceIn(others, othersSize));

        // The loader has made addresses of the offsets, where it may write there.
        nint At(long value) => value < map->Address ? map->Address + (nint)value : (nint)value;

        bool ReplaceIn(Relocation* table, long size)
        {
            var found = false;
            for (var i = 0; table is not null && i < size / sizeof(Relocation); i++)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(strings + symbols[table[i].Info >> 32].Name);
                found |= name.SequenceEqual("rand"u8) && Write((nint*)(map->Address + (nint)table[i].Offset));
            }

            return found;
        }
    }

    private static bool Write(nint* slot)
    {
        var page = (nint)slot & ~(nint)(Environment.SystemPageSize - 1);
        if (Protect(page, Environment.SystemPageSize, ProtectRead | ProtectWrite) != 0)
            return false;
        *slot = (nint)(delegate* unmanaged[Cdecl]<int>)&Next;
        return true;
    }

    /// <summary>0 to 2^31 - 1, as <c>rand</c>. A multiplicative congruential generator: it is for noise.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Next() => (int)(s_state = (uint)(s_state * 48_271UL % int.MaxValue));

    [LibraryImport("libc.so.6", EntryPoint = "dlinfo")]
    private static partial int GetLinkMap(nint library, int request, out LinkMap* map);

    [LibraryImport("libc.so.6", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nint length, int protection);

    [StructLayout(LayoutKind.Sequential)]
    private struct LinkMap
    {
        public nint Address;
        public byte* Name;
        public Entry* Dynamic;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public long Tag;
        public long Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Relocation
    {
        public ulong Offset;
        public ulong Info;
        public long Addend;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Symbol
    {
        public uint Name;
        public byte Info;
        public byte Other;
        public ushort Section;
        public ulong Value;
        public ulong Size;
    }
}
