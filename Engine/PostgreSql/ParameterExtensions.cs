using Npgsql;

namespace Nsn.Engine.PostgreSql;

/// <summary>Adds parameters in one go.</summary>
internal static class ParameterExtensions
{
    public static void AddAll(this NpgsqlParameterCollection parameters, NpgsqlParameter[] all)
    {
        foreach (var parameter in all)
            parameters.Add(parameter);
    }
}
