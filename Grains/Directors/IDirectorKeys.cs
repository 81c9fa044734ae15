using Nsn.Protocol.Cryptography;

namespace Nsn.Grains.Directors;

/// <summary>
/// The directors' signing keys that this silo may use. Locally they are files; a cloud vault implements the same interface and signs
/// without giving the key away.
/// </summary>
public interface IDirectorKeys
{
    /// <summary>The signer of an account, or null when this silo has no key for it.</summary>
    ISigner? Find(AccountId account);
}
