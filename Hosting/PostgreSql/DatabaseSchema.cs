namespace Nsn.Hosting.PostgreSql;

/// <summary>Statements that create tables when they are not there.</summary>
/// <param name="Statements">SQL, statements separated by semicolons.</param>
public sealed record DatabaseSchema(string Statements);
