using Microsoft.Win32.SafeHandles;

namespace Nsn.Protocol.Cryptography;

/// <summary>Owns an EVP_PKEY.</summary>
internal sealed class EvpKeyHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public EvpKeyHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        OpenSsl.EVP_PKEY_free(handle);
        return true;
    }
}
