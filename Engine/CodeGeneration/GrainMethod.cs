using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Nsn.Engine.CodeGeneration;

/// <summary>A method of a grain interface, seen as a call.</summary>
internal sealed class GrainMethod
{
    /// <param name="method">The method.</param>
    /// <param name="type">The grain interface whose proxy has it: the owner of the call when the method comes from an interface that is none.</param>
    public GrainMethod(IMethodSymbol method, INamedTypeSymbol type)
    {
        Method = method;
        Interface = method.ContainingType;
        Owner = Symbols.IsGrainInterface(Interface) ? Interface : type;
        OwnParameters = [.. Symbols.TypeParameters(Owner.OriginalDefinition), .. method.OriginalDefinition.TypeParameters];
        var definition = method.OriginalDefinition;
        var name = Symbols.Attribute(definition, "Orleans.AliasAttribute")?.ConstructorArguments[0].Value as string ?? definition.Name;
        WireName = $"{Symbols.WireName(Owner.OriginalDefinition)}.{name}`{definition.TypeParameters.Length}({string.Join(",", definition.Parameters.Select(parameter => parameter.Type.ToDisplayString()))})";
        Id = Symbols.Hash(WireName);
        ClassName = $"Call_{Symbols.Mangled(Owner.OriginalDefinition)}_{definition.Name}_{Id:x8}";
        (Kind, Result) = Classify(method.ReturnType);
    }

    public enum ReturnKind
    {
        Unsupported,
        Void,
        Task,
        TaskOfResult,
        ValueTask,
        ValueTaskOfResult,
        Sequence,
    }

    public IMethodSymbol Method { get; }
    public INamedTypeSymbol Interface { get; }
    public INamedTypeSymbol Owner { get; }
    public List<ITypeParameterSymbol> OwnParameters { get; }
    public string WireName { get; }
    public uint Id { get; }
    public string ClassName { get; }
    public ReturnKind Kind { get; }
    public ITypeSymbol? Result { get; }

    public string BaseClass => "global::Nsn.Engine.Calls." + Kind switch
    {
        ReturnKind.Sequence => $"EnumerableCall<{Symbols.Full(Result!)}>",
        ReturnKind.TaskOfResult or ReturnKind.ValueTaskOfResult => $"Call<{Symbols.Full(Result!)}>",
        _ => "VoidCall",
    };

    public int Options
    {
        get
        {
            var options = 0;
            if (Symbols.Has(Method.OriginalDefinition, "Orleans.Concurrency.ReadOnlyAttribute"))
                options |= 1;
            if (Symbols.Has(Method.OriginalDefinition, "Orleans.Concurrency.AlwaysInterleaveAttribute"))
                options |= 2;
            if (Kind == ReturnKind.Void || Symbols.Has(Method.OriginalDefinition, "Orleans.Concurrency.OneWayAttribute"))
                options |= 4;
            if (Symbols.Has(Interface.OriginalDefinition, "Orleans.Concurrency.UnorderedAttribute"))
                options |= 8;
            return options;
        }
    }

    public bool IsOneWay => (Options & 4) != 0;

    public long? TimeoutTicks =>
        Symbols.Attribute(Method.OriginalDefinition, "Orleans.ResponseTimeoutAttribute")?.ConstructorArguments[0].Value is string text
        && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout)
            ? timeout.Ticks
            : null;

    /// <summary>The class with type arguments, for use from a proxy whose interface may be constructed.</summary>
    public string ConstructedClass
    {
        get
        {
            var arguments = new List<string>();
            for (var outer = Owner; outer is not null; outer = outer.ContainingType)
                arguments.InsertRange(0, outer.TypeArguments.Select(Symbols.Full));
            arguments.AddRange(Method.TypeParameters.Select(parameter => parameter.Name));
            return "global::OrleansCodeGen." + ClassName + (arguments.Count == 0 ? "" : "<" + string.Join(", ", arguments) + ">");
        }
    }

    private static (ReturnKind Kind, ITypeSymbol? Result) Classify(ITypeSymbol type)
    {
        if (type.SpecialType == SpecialType.System_Void)
            return (ReturnKind.Void, null);
        if (type is not INamedTypeSymbol named)
            return (ReturnKind.Unsupported, null);
        return named.OriginalDefinition.ToDisplayString() switch
        {
            "System.Threading.Tasks.Task" => (ReturnKind.Task, null),
            "System.Threading.Tasks.Task<TResult>" => (ReturnKind.TaskOfResult, named.TypeArguments[0]),
            "System.Threading.Tasks.ValueTask" => (ReturnKind.ValueTask, null),
            "System.Threading.Tasks.ValueTask<TResult>" => (ReturnKind.ValueTaskOfResult, named.TypeArguments[0]),
            "System.Collections.Generic.IAsyncEnumerable<T>" => (ReturnKind.Sequence, named.TypeArguments[0]),
            _ => (ReturnKind.Unsupported, null),
        };
    }
}
