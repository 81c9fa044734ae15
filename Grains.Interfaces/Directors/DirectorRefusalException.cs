namespace Nsn.Grains.Directors;

/// <summary>A director takes no part in a slot, for a reason that stays: to ask it again does not help.</summary>
/// <param name="reason">The reason, in one sentence.</param>
[GenerateSerializer, Alias("nsn.director-refusal")]
public sealed class DirectorRefusalException(string reason) : InvalidOperationException(reason);
