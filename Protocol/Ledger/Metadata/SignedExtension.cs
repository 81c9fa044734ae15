using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Metadata;

/// <summary>A part of what is signed beside a call.</summary>
/// <param name="Name">By which clients know what to put there.</param>
/// <param name="InExtrinsic">What stands in the extrinsic, between signature and call.</param>
/// <param name="OnlySigned">What the signature covers and both sides know without sending it.</param>
public sealed record SignedExtension(string Name, ScaleType InExtrinsic, ScaleType OnlySigned);
