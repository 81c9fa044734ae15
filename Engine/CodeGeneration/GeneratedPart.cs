namespace Nsn.Engine.CodeGeneration;

/// <summary>What one declaration contributes: a source file and lines for the assembly's manifest. Compared by value, so that unchanged declarations cost nothing.</summary>
internal sealed record GeneratedPart(string HintName, string Source, string Registration);
