using Nsn.Gateway.Api;
using Nsn.Grains.Slots;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.Gateway.Channels;

/// <summary>The check that a gateway makes before it hands a slot on as certified; viewers make it again.</summary>
internal static class CertificateCheck
{
    /// <summary>Checks a slot's certificate against its epoch's directors.</summary>
    /// <returns>The certified content root.</returns>
    /// <exception cref="InvalidDataException">It does not hold; the message says why.</exception>
    public static ReadOnlyMemory<byte> Check(byte[] encoded, SlotAssignment assignment, DirectorsInfo known)
    {
        if (!Certificate.TryDecode(encoded, out var certificate, out var error))
            throw new InvalidDataException($"The certificate cannot be read: {error}.");
        var directors = new EpochDirectors(
            new Hash256(assignment.ChainId), assignment.Epoch, [.. known.Directors.Select(director => AccountId.Parse(director.Key))]);
        error = certificate.Verify(Ed25519.Instance, directors);
        if (error != CertificateError.None)
            throw new InvalidDataException($"The certificate does not hold: {error}.");
        if (!certificate.IsAccept)
            throw new InvalidDataException($"The directors agreed on {certificate.Statement.Verdict}, not on accepting the clip.");
        if (certificate.Statement.Slot != assignment.Slot || !certificate.Statement.RecipeHash.AsSpan().SequenceEqual(assignment.RecipeHash))
            throw new InvalidDataException("The certificate is for another slot or recipe.");
        return certificate.Statement.ContentRoot.ToArray();
    }
}
