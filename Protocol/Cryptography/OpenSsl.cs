using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nsn.Protocol.Cryptography;

/// <summary>The few calls of OpenSSL 3 (libcrypto) that Ed25519 needs. .NET itself loads the same library on Linux.</summary>
internal static unsafe partial class OpenSsl
{
    private const string Library = "libcrypto";
    private const int EvpPkeyEd25519 = 1087; // NID_ED25519

    static OpenSsl() => NativeLibrary.SetDllImportResolver(typeof(OpenSsl).Assembly, Resolve);

    internal static bool VerifyEd25519(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        nint key = 0, context = 0;
        try
        {
            fixed (byte* k = publicKey, m = message, s = signature)
            {
                byte none = 0;
                byte* text = m == null ? &none : m; // OpenSSL takes a null message for a request of another kind
                key = EVP_PKEY_new_raw_public_key(EvpPkeyEd25519, 0, k, (nuint)publicKey.Length);
                if (key == 0)
                    return Refused();
                context = EVP_MD_CTX_new();
                bool good = context != 0
                    && EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
                    && EVP_DigestVerify(context, s, (nuint)signature.Length, text, (nuint)message.Length) == 1;
                return good || Refused();
            }
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
        }
    }

    internal static EvpKeyHandle CreatePrivateKey(ReadOnlySpan<byte> seed)
    {
        fixed (byte* s = seed)
        {
            nint key = EVP_PKEY_new_raw_private_key(EvpPkeyEd25519, 0, s, (nuint)seed.Length);
            EvpKeyHandle handle = new();
            Marshal.InitHandle(handle, key);
            return key != 0 ? handle : throw new CryptographicException("OpenSSL made no Ed25519 key");
        }
    }

    internal static void GetPublicKey(EvpKeyHandle key, Span<byte> publicKey)
    {
        nuint length = (nuint)publicKey.Length;
        fixed (byte* p = publicKey)
        {
            if (EVP_PKEY_get_raw_public_key(key, p, ref length) != 1 || length != (nuint)publicKey.Length)
                throw new CryptographicException("OpenSSL gave no public key");
        }
    }

    internal static void Sign(EvpKeyHandle key, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        nint context = EVP_MD_CTX_new();
        nuint length = (nuint)signature.Length;
        bool held = false;
        try
        {
            key.DangerousAddRef(ref held);
            fixed (byte* m = message, s = signature)
            {
                byte none = 0;
                byte* text = m == null ? &none : m;
                if (context == 0
                    || EVP_DigestSignInit(context, 0, 0, 0, key.DangerousGetHandle()) != 1
                    || EVP_DigestSign(context, s, ref length, text, (nuint)message.Length) != 1
                    || length != (nuint)signature.Length)
                {
                    throw new CryptographicException("OpenSSL did not sign");
                }
            }
        }
        finally
        {
            if (held)
                key.DangerousRelease();
            EVP_MD_CTX_free(context);
        }
    }

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    private static partial nint EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    private static partial nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_raw_public_key(EvpKeyHandle key, byte* publicKey, ref nuint length);

    [LibraryImport(Library)]
    private static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerify(nint context, byte* signature, nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSign(nint context, byte* signature, ref nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(Library)]
    private static partial void ERR_clear_error();

    // A refused signature leaves entries in the thread's error queue, which other users of the library (TLS) would take for theirs.
    private static bool Refused()
    {
        ERR_clear_error();
        return false;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;
        string[] candidates = OperatingSystem.IsWindows() ? ["libcrypto-3-x64", "libcrypto-3-arm64"]
            : OperatingSystem.IsMacOS() ? ["libcrypto.3.dylib", "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib"]
            : ["libcrypto.so.3"];
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out nint handle))
                return handle;
        }

        throw new DllNotFoundException($"OpenSSL 3 is needed for Ed25519: install it so that {candidates[0]} can be loaded");
    }
}
