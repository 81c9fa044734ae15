using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Recipes;

/// <summary>
/// Which of several recipes for one slot is made, if all arrive before the slot is fixed: one signed by a director of the epoch before one that is not, then
/// the one with the lowest hash. Everybody who knows the same recipes chooses the same one, whatever the order they came in.
/// </summary>
public static class RecipeConflict
{
    /// <summary>The recipe that wins, or null if there is none.</summary>
    /// <param name="candidates">The recipes for the slot; signatures of authors were verified.</param>
    /// <param name="isDirector">True for the directors of the epoch.</param>
    public static Recipe? Choose(IEnumerable<Recipe> candidates, Func<AccountId, bool> isDirector)
        => candidates
            .OrderByDescending(recipe => recipe.Author is { } author && isDirector(author.Account))
            .ThenBy(recipe => recipe.Hash())
            .FirstOrDefault();
}
