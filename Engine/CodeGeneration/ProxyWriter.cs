using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Nsn.Engine.CodeGeneration;

/// <summary>Writes the proxy of a grain interface and the calls of the methods that it declares itself.</summary>
internal static class ProxyWriter
{
    public static GeneratedPart Write(INamedTypeSymbol type)
    {
        var registration = new StringBuilder();
        var text = new StringBuilder(Symbols.Header);
        text.Append("namespace OrleansCodeGen\n{\n");
        var parameters = Symbols.TypeParameters(type);
        var name = "Proxy_" + Symbols.Mangled(type);
        var access = Symbols.IsPublic(type) ? "public" : "internal";
        var interfaceName = Symbols.Full(type);

        text.Append($"    {access} sealed class {name}{Symbols.List(parameters)} : global::Orleans.Runtime.GrainReference, {interfaceName}{Symbols.Constraints(parameters)}\n    {{\n");
        text.Append($"        public {name}(global::Orleans.Runtime.GrainReferenceShared shared, global::Orleans.Runtime.IdSpan key) : base(shared, key)\n        {{\n        }}\n\n");
        foreach (var declaring in new[] { type }.Concat(type.AllInterfaces))
        {
            foreach (var method in Methods(declaring))
                WriteProxyMethod(text, new GrainMethod(method, type));
        }

        text.Append("    }\n");
        var plainParents = type.AllInterfaces.Where(parent => !Symbols.IsGrainInterface(parent) && parent.ToDisplayString() != "Orleans.Runtime.IAddressable");
        foreach (var method in Methods(type).Concat(plainParents.SelectMany(Methods)))
        {
            var call = new GrainMethod(method, type);
            CallWriter.Write(text, call, access);
            var wire = call.WireName.Replace("\"", "\\\"");
            registration.Append(call.OwnParameters.Count == 0
                ? $"manifest.AddCall(0x{call.Id:x8}u, \"{wire}\", static _ => new global::OrleansCodeGen.{call.ClassName}());\n"
                : $"manifest.AddOpenCall(0x{call.Id:x8}u, \"{wire}\", typeof(global::OrleansCodeGen.{call.ClassName}{Symbols.Commas(call.OwnParameters.Count)}));\n");
        }

        text.Append("}\n");
        registration.Append(parameters.Count == 0
            ? $"manifest.AddInterface(typeof({interfaceName}), static (shared, key) => new global::OrleansCodeGen.{name}(shared, key));"
            : $"manifest.AddOpenInterface(typeof({Symbols.Open(type)}), typeof(global::OrleansCodeGen.{name}{Symbols.Commas(parameters.Count)}));");
        return new GeneratedPart(name + ".g.cs", text.ToString(), registration.ToString());
    }

    private static IEnumerable<IMethodSymbol> Methods(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IMethodSymbol>().Where(method => method.MethodKind == MethodKind.Ordinary && !method.IsStatic && method.IsAbstract);

    private static void WriteProxyMethod(StringBuilder text, GrainMethod call)
    {
        var method = call.Method;
        var generic = method.TypeParameters.Length == 0 ? "" : Symbols.List(method.TypeParameters);
        var parameters = string.Join(", ", method.Parameters.Select((parameter, i) => $"{Symbols.Full(parameter.Type)} a{i}"));
        text.Append($"        {Symbols.Full(method.ReturnType)} {Symbols.Full(call.Interface)}.{method.Name}{generic}({parameters})\n        {{\n");
        if (call.Kind == GrainMethod.ReturnKind.Unsupported)
        {
            text.Append($"#error {method.ToDisplayString()} must return Task, Task<T>, ValueTask, ValueTask<T>, IAsyncEnumerable<T> or, for observers, void.\n");
            text.Append("            throw null;\n        }\n\n");
            return;
        }

        text.Append(call.Kind == GrainMethod.ReturnKind.Sequence
            ? $"            var call = new {call.ConstructedClass}();\n"
            : $"            var call = global::Nsn.Engine.Calls.CallPool<{call.ConstructedClass}>.Rent();\n");
        for (var i = 0; i < method.Parameters.Length; i++)
            text.Append($"            call.Argument{i} = a{i};\n");
        var isTask = call.Kind is GrainMethod.ReturnKind.Task or GrainMethod.ReturnKind.TaskOfResult;
        if (call.Kind == GrainMethod.ReturnKind.Sequence)
        {
            text.Append($"            return new global::Nsn.Engine.Calls.GrainAsyncEnumerable<{Symbols.Full(call.Result!)}>(this, call);\n");
        }
        else if (call.IsOneWay)
        {
            text.Append("            Post(call);\n");
            text.Append(call.Kind switch
            {
                GrainMethod.ReturnKind.Void => "",
                GrainMethod.ReturnKind.Task => "            return global::System.Threading.Tasks.Task.CompletedTask;\n",
                GrainMethod.ReturnKind.TaskOfResult => $"            return global::System.Threading.Tasks.Task.FromResult<{Symbols.Full(call.Result!)}>(default);\n",
                _ => "            return default;\n",
            });
        }
        else
        {
            text.Append($"            return Send(call){(isTask ? ".AsTask()" : "")};\n");
        }

        text.Append("        }\n\n");
    }
}
