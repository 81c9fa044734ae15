namespace System.Runtime.CompilerServices;

/// <summary>Lets records compile for .NET Standard 2.0, where generators live.</summary>
internal static class IsExternalInit;
