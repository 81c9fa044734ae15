using System.Collections.Immutable;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Nsn.Engine.CodeGeneration;

/// <summary>Writes proxies and calls for grain interfaces, serializers for marked types, and the assembly's manifest.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class GrainGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var interfaces = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is InterfaceDeclarationSyntax { BaseList: not null },
            static (syntax, token) => InterfacePart(syntax, token)).Where(static part => part is not null);
        var classes = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is ClassDeclarationSyntax { BaseList: not null } or RecordDeclarationSyntax { BaseList: not null },
            static (syntax, token) => ClassPart(syntax, token)).Where(static part => part is not null);
        var codecs = context.SyntaxProvider.ForAttributeWithMetadataName(
            "Orleans.GenerateSerializerAttribute",
            static (_, _) => true,
            static (syntax, _) => CodecWriter.Write((INamedTypeSymbol)syntax.TargetSymbol)).Where(static part => part is not null);
        var converters = context.SyntaxProvider.ForAttributeWithMetadataName(
            "Orleans.RegisterConverterAttribute",
            static (_, _) => true,
            static (syntax, _) => ConverterPart((INamedTypeSymbol)syntax.TargetSymbol)).Where(static part => part is not null);

        var parts = interfaces.Collect().Combine(classes.Collect()).Combine(codecs.Collect()).Combine(converters.Collect())
            .Select(static (all, _) => all.Left.Left.Left.AddRange(all.Left.Left.Right).AddRange(all.Left.Right).AddRange(all.Right));
        foreach (var provider in new[] { interfaces, codecs })
        {
            context.RegisterSourceOutput(provider, static (output, part) =>
            {
                if (part!.Source.Length > 0)
                    output.AddSource(part.HintName, SourceText.From(part.Source, Encoding.UTF8));
            });
        }

        var name = context.CompilationProvider.Select(static (compilation, _) => compilation.AssemblyName ?? "Assembly");
        context.RegisterSourceOutput(parts.Combine(name), static (output, pair) => WriteManifest(output, pair.Left!, pair.Right));
    }

    private static GeneratedPart? InterfacePart(GeneratorSyntaxContext syntax, CancellationToken token)
    {
        var symbol = syntax.SemanticModel.GetDeclaredSymbol(syntax.Node, token) as INamedTypeSymbol;
        return symbol is not null && IsFirst(symbol, syntax.Node) && Symbols.IsGrainInterface(symbol) && Symbols.IsReachable(symbol)
            ? ProxyWriter.Write(symbol)
            : null;
    }

    private static GeneratedPart? ClassPart(GeneratorSyntaxContext syntax, CancellationToken token)
    {
        if (syntax.SemanticModel.GetDeclaredSymbol(syntax.Node, token) is not INamedTypeSymbol symbol || !IsFirst(symbol, syntax.Node) || !Symbols.IsReachable(symbol))
            return null;
        if (Symbols.DerivesFrom(symbol, "System.Exception") && !Symbols.Has(symbol, "Orleans.GenerateSerializerAttribute"))
            return new GeneratedPart("", "", $"manifest.AddType(typeof({Symbols.Open(symbol)}));");
        var isGrain = !symbol.IsAbstract
            && symbol.AllInterfaces.Any(type => type.ToDisplayString() is "Orleans.IGrainBase" or "Orleans.IGrain")
            && !Symbols.DerivesFrom(symbol, "Orleans.Runtime.GrainReference");
        return isGrain ? new GeneratedPart("", "", $"manifest.AddGrainClass(typeof({Symbols.Open(symbol)}));") : null;
    }

    private static GeneratedPart? ConverterPart(INamedTypeSymbol symbol)
    {
        var converter = symbol.AllInterfaces.FirstOrDefault(type => type.OriginalDefinition.ToDisplayString() == "Orleans.IConverter<TValue, TSurrogate>");
        if (converter is null || converter.TypeArguments[0] is not INamedTypeSymbol value || converter.TypeArguments[1] is not INamedTypeSymbol surrogate)
            return null;
        return new GeneratedPart("", "", $"manifest.AddConverter(typeof({Symbols.Open(value)}), typeof({Symbols.Open(surrogate)}), typeof({Symbols.Open(symbol)}));");
    }

    /// <summary>A partial type is declared several times and generated once.</summary>
    private static bool IsFirst(INamedTypeSymbol symbol, SyntaxNode node)
    {
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            var withBases = reference.GetSyntax() is TypeDeclarationSyntax { BaseList: not null };
            if (withBases)
                return reference.SyntaxTree == node.SyntaxTree && reference.Span == node.Span;
        }

        return true;
    }

    private static void WriteManifest(SourceProductionContext output, ImmutableArray<GeneratedPart> parts, string assembly)
    {
        var lines = parts.Select(part => part.Registration).Where(line => line.Length > 0).Distinct().OrderBy(line => line, System.StringComparer.Ordinal).ToList();
        if (lines.Count == 0)
            return;
        var name = "Manifest_" + Symbols.Identifier(assembly);
        var text = new StringBuilder(Symbols.Header);
        text.Append("[assembly: global::Nsn.Engine.Metadata.TypeManifestProvider(typeof(OrleansCodeGen.").Append(name).Append("))]\n");
        text.Append("namespace OrleansCodeGen\n{\n    internal sealed class ").Append(name).Append(" : global::Nsn.Engine.Metadata.ITypeManifestProvider\n    {\n");
        text.Append("        public void Configure(global::Nsn.Engine.Metadata.TypeManifest manifest)\n        {\n");
        foreach (var line in lines)
            text.Append("            ").Append(line.Replace("\n", "\n            ")).Append('\n');
        text.Append("        }\n    }\n}\n");
        output.AddSource("Manifest.g.cs", SourceText.From(text.ToString(), Encoding.UTF8));
    }
}
