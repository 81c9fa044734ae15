namespace Nsn.Grains.Channels;

/// <summary>Where a recipe came from.</summary>
[GenerateSerializer, Alias("nsn.recipe-origin")]
public enum RecipeOrigin
{
    /// <summary>The channel's built-in programme.</summary>
    Programme,

    /// <summary>A person.</summary>
    Viewer,
}
