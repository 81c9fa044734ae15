using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Nsn.Engine.CodeGeneration;

/// <summary>Writes the codec of a type marked with [GenerateSerializer].</summary>
internal static class CodecWriter
{
    public static GeneratedPart? Write(INamedTypeSymbol type)
    {
        if (!Symbols.IsReachable(type))
            return null;
        if (type.TypeKind == TypeKind.Enum)
            return new GeneratedPart("", "", $"manifest.AddType(typeof({Symbols.Full(type)}));");

        var parameters = Symbols.TypeParameters(type);
        var name = "Codec_" + Symbols.Mangled(type);
        var full = Symbols.Full(type);
        var members = Members(type);
        var serializedBase = type.BaseType is { } parent && Symbols.Has(parent, "Orleans.GenerateSerializerAttribute") ? Symbols.Full(parent) : null;

        var text = new StringBuilder(Symbols.Header);
        text.Append("namespace OrleansCodeGen\n{\n");
        text.Append($"    internal sealed class {name}{Symbols.List(parameters)} : global::Nsn.Engine.Serialization.ObjectCodec<{full}>{Symbols.Constraints(parameters)}\n    {{\n");
        if (Symbols.Has(type, "Orleans.ImmutableAttribute"))
            text.Append("        public override bool IsImmutable => true;\n");
        text.Append($"        public override {full} Create() => {Creation(type, full)};\n");
        WriteWrite(text, full, serializedBase, members);
        WriteRead(text, full, serializedBase, members);
        WriteCopy(text, full, serializedBase, members);
        foreach (var member in members.Where(member => member.Field is not null))
        {
            text.Append($"        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = \"{member.Field}\")]\n");
            text.Append($"        private static extern ref {member.Type} {member.Accessor}({(type.IsValueType ? "ref " : "")}{full} value);\n");
        }

        text.Append("    }\n}\n");
        return new GeneratedPart(name + ".g.cs", text.ToString(), $"manifest.AddCodec(typeof({Symbols.Open(type)}), typeof(global::OrleansCodeGen.{name}{Symbols.Commas(parameters.Count)}));");
    }

    private static string Creation(INamedTypeSymbol type, string full)
    {
        if (type.IsValueType)
            return "default";
        if (type.IsAbstract)
            return "throw new global::System.NotSupportedException()";
        var constructor = type.InstanceConstructors.FirstOrDefault(candidate => candidate.Parameters.Length == 0);
        var usable = constructor is { DeclaredAccessibility: Accessibility.Public or Accessibility.Internal } && !HasRequired(type);
        return usable ? $"new {full}()" : $"({full})global::System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof({full}))";
    }

    private static bool HasRequired(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.GetMembers().Any(member => member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }))
                return true;
        }

        return false;
    }

    private static void WriteWrite(StringBuilder text, string full, string? serializedBase, List<Member> members)
    {
        text.Append($"        public override void WriteMembers(global::Nsn.Engine.Serialization.Writer writer, ref {full} value)\n        {{\n");
        if (serializedBase is not null)
            text.Append($"            {serializedBase} parent = value;\n            global::Nsn.Engine.Serialization.Codecs.Members<{serializedBase}>().WriteMembers(writer, ref parent);\n");
        foreach (var member in members)
            text.Append($"            {member.Codec}.WriteField(writer, {member.Id}u, {member.Read("value")});\n");
        text.Append("            writer.WriteEnd();\n        }\n");
    }

    private static void WriteRead(StringBuilder text, string full, string? serializedBase, List<Member> members)
    {
        text.Append($"        public override void ReadMembers(global::Nsn.Engine.Serialization.Reader reader, ref {full} value)\n        {{\n");
        if (serializedBase is not null)
            text.Append($"            {serializedBase} parent = value;\n            global::Nsn.Engine.Serialization.Codecs.Members<{serializedBase}>().ReadMembers(reader, ref parent);\n");
        text.Append("            while (reader.ReadTag(out var id, out var kind))\n            {\n                switch (id)\n                {\n");
        foreach (var member in members)
            text.Append($"                    case {member.Id}u: {member.Assign("value", $"{member.Codec}.ReadField(reader, kind)")}; break;\n");
        text.Append("                    default: reader.Skip(kind); break;\n                }\n            }\n        }\n");
    }

    private static void WriteCopy(StringBuilder text, string full, string? serializedBase, List<Member> members)
    {
        text.Append($"        public override void CopyMembers(ref {full} from, ref {full} to)\n        {{\n");
        if (serializedBase is not null)
            text.Append($"            {serializedBase} fromParent = from, toParent = to;\n            global::Nsn.Engine.Serialization.Codecs.Members<{serializedBase}>().CopyMembers(ref fromParent, ref toParent);\n");
        foreach (var member in members)
            text.Append($"            {member.Assign("to", member.IsImmutable ? member.Read("from") : $"{member.Codec}.Copy({member.Read("from")})")};\n");
        text.Append("        }\n");
    }

    private static List<Member> Members(INamedTypeSymbol type)
    {
        var members = new List<Member>();
        var attribute = Symbols.Attribute(type, "Orleans.GenerateSerializerAttribute");
        var includeParameters = attribute?.NamedArguments.FirstOrDefault(pair => pair.Key == "IncludePrimaryConstructorParameters").Value.Value as bool? ?? true;
        var allPublic = attribute?.NamedArguments.FirstOrDefault(pair => pair.Key == "GenerateFieldIds").Value.Value is 1;
        var taken = new HashSet<string>();

        // A primary constructor's parameters are numbered by themselves: their numbers are odd on the wire, those of [Id] even.
        if (type.IsRecord && includeParameters && PrimaryConstructor(type) is { } constructor)
        {
            foreach (var parameter in constructor.Parameters)
            {
                if (type.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault() is { } property && !Symbols.Has(property, "Orleans.IdAttribute"))
                {
                    taken.Add(property.Name);
                    members.Add(Member.Of(type, property, property.Type, ((uint)parameter.Ordinal * 2) + 1, type.IsValueType));
                }
            }
        }

        foreach (var symbol in type.GetMembers())
        {
            if (symbol.IsStatic || symbol is not (IPropertySymbol or IFieldSymbol) || symbol.IsImplicitlyDeclared || taken.Contains(symbol.Name))
                continue;
            var valueType = symbol is IPropertySymbol property ? property.Type : ((IFieldSymbol)symbol).Type;
            if (Symbols.Attribute(symbol, "Orleans.IdAttribute")?.ConstructorArguments[0].Value is uint id)
                members.Add(Member.Of(type, symbol, valueType, id * 2, type.IsValueType));
            else if (allPublic && symbol is IPropertySymbol { DeclaredAccessibility: Accessibility.Public, SetMethod: not null, IsIndexer: false })
                members.Add(Member.Of(type, symbol, valueType, (Symbols.Hash(symbol.Name) & 0x7fffff) * 2, type.IsValueType));
        }

        for (var i = 0; i < members.Count; i++)
            members[i].Accessor = "Member" + i;
        return members;
    }

    private static IMethodSymbol? PrimaryConstructor(INamedTypeSymbol type) =>
        type.InstanceConstructors.FirstOrDefault(constructor => constructor.Parameters.Length > 0
            && constructor.Parameters.All(parameter => type.GetMembers(parameter.Name).Any(member => member is IPropertySymbol))
            && constructor.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax));

    /// <summary>A member as generated code reaches it: through its field, or through the property when that has code of its own.</summary>
    private sealed class Member
    {
        public string Name { get; private set; } = "";
        public string Type { get; private set; } = "";
        public uint Id { get; private set; }
        public string? Field { get; private set; }
        public bool IsImmutable { get; private set; }
        public bool OfStruct { get; private set; }
        public string Accessor { get; set; } = "";
        public string Codec => $"global::Nsn.Engine.Serialization.CodecOf<{Type}>.Instance";

        public static Member Of(INamedTypeSymbol owner, ISymbol symbol, ITypeSymbol type, uint id, bool ofStruct)
        {
            var backing = symbol is IFieldSymbol ? symbol.Name : owner.GetMembers().OfType<IFieldSymbol>()
                .FirstOrDefault(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, symbol))?.Name;
            return new Member
            {
                Name = symbol.Name,
                Type = Symbols.Full(type),
                Id = id,
                Field = backing,
                OfStruct = ofStruct,
                IsImmutable = Symbols.IsImmutable(type) || Symbols.Has(symbol, "Orleans.ImmutableAttribute"),
            };
        }

        public string Read(string from) => Field is null ? $"{from}.@{Name}" : $"{Accessor}({(OfStruct ? "ref " : "")}{from})";
        public string Assign(string to, string expression) => $"{Read(to)} = {expression}";
    }
}
