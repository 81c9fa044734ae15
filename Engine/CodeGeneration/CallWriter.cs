using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Nsn.Engine.CodeGeneration;

/// <summary>Writes the call class of one method.</summary>
internal static class CallWriter
{
    private const string CancellationToken = "System.Threading.CancellationToken";
    private const string GrainCancellationToken = "Orleans.GrainCancellationToken";

    public static void Write(StringBuilder text, GrainMethod call, string access)
    {
        if (call.Kind == GrainMethod.ReturnKind.Unsupported)
            return;
        var method = call.Method;
        var self = call.ClassName + Symbols.List(call.OwnParameters);
        var interfaceName = Symbols.Full(call.Interface);
        text.Append($"\n    {access} sealed class {self} : {call.BaseClass}{Symbols.Constraints(call.OwnParameters)}\n    {{\n");
        foreach (var parameter in method.Parameters)
            text.Append($"        public {Symbols.Full(parameter.Type)} Argument{parameter.Ordinal};\n");
        text.Append($"        public override uint MethodId => 0x{call.Id:x8}u;\n");
        if (call.Options != 0)
            text.Append($"        public override global::Nsn.Engine.Calls.CallOptions Options => (global::Nsn.Engine.Calls.CallOptions){call.Options};\n");
        text.Append($"        public override string GetMethodName() => \"{method.Name}\";\n");
        text.Append($"        public override global::System.Type GetInterfaceType() => typeof({interfaceName});\n");
        WriteMethodLookup(text, call, interfaceName);
        if (call.TimeoutTicks is { } ticks)
            text.Append($"        public override global::System.TimeSpan? GetDefaultResponseTimeout() => new global::System.TimeSpan({ticks}L);\n");
        if (call.OwnParameters.Count > 0)
            text.Append($"        public override global::System.Type[] TypeArguments => new global::System.Type[] {{ {string.Join(", ", call.OwnParameters.Select(parameter => $"typeof({parameter.Name})"))} }};\n");
        WriteArguments(text, call);
        WriteInvoke(text, call, interfaceName);
        if (call.Kind != GrainMethod.ReturnKind.Sequence)
            text.Append($"        protected override void ReturnToPool() => global::Nsn.Engine.Calls.CallPool<{self}>.Return(this);\n");
        text.Append("    }\n");
    }

    private static void WriteMethodLookup(StringBuilder text, GrainMethod call, string interfaceName)
    {
        var own = call.Method.TypeParameters;
        var arguments = own.Length == 0
            ? "global::System.Type.EmptyTypes"
            : $"new global::System.Type[] {{ {string.Join(", ", own.Select(parameter => $"typeof({parameter.Name})"))} }}";
        var parameters = string.Concat(call.Method.Parameters.Select(parameter =>
            Symbols.Mentions(parameter.Type, candidate => candidate.TypeParameterKind == TypeParameterKind.Method) ? ", (global::System.Type)null" : $", typeof({Symbols.Full(parameter.Type)})"));
        text.Append($"        public override global::System.Reflection.MethodInfo GetMethod() => global::Nsn.Engine.Calls.CallMetadata.Find(typeof({interfaceName}), \"{call.Method.Name}\", {arguments}{parameters});\n");
    }

    private static void WriteArguments(StringBuilder text, GrainMethod call)
    {
        var method = call.Method;
        if (method.Parameters.Length == 0)
            return;
        text.Append($"        public override int GetArgumentCount() => {method.Parameters.Length};\n");
        text.Append("        public override object GetArgument(int index) => index switch\n        {\n");
        foreach (var parameter in method.Parameters)
            text.Append($"            {parameter.Ordinal} => Argument{parameter.Ordinal},\n");
        text.Append("            _ => base.GetArgument(index),\n        };\n");
        text.Append("        public override void SetArgument(int index, object value)\n        {\n            switch (index)\n            {\n");
        foreach (var parameter in method.Parameters)
            text.Append($"                case {parameter.Ordinal}: Argument{parameter.Ordinal} = ({Symbols.Full(parameter.Type)})value; break;\n");
        text.Append("                default: base.SetArgument(index, value); break;\n            }\n        }\n");

        var copied = method.Parameters.Where(parameter => !Symbols.IsImmutable(parameter.Type) && !Symbols.Has(parameter, "Orleans.ImmutableAttribute")).ToList();
        if (copied.Count > 0)
        {
            text.Append("        public override void CopyArguments()\n        {\n");
            foreach (var parameter in copied)
                text.Append($"            Argument{parameter.Ordinal} = {Codec(parameter)}.Copy(Argument{parameter.Ordinal});\n");
            text.Append("        }\n");
        }

        var written = method.Parameters.Where(parameter => parameter.Type.ToDisplayString() != CancellationToken).ToList();
        text.Append("        public override void WriteArguments(global::Nsn.Engine.Serialization.Writer writer)\n        {\n");
        foreach (var parameter in written)
            text.Append($"            {Codec(parameter)}.WriteItem(writer, Argument{parameter.Ordinal});\n");
        text.Append("        }\n        public override void ReadArguments(global::Nsn.Engine.Serialization.Reader reader)\n        {\n");
        foreach (var parameter in written)
            text.Append($"            Argument{parameter.Ordinal} = {Codec(parameter)}.ReadItem(reader);\n");
        text.Append("        }\n        protected override void ClearArguments()\n        {\n");
        foreach (var parameter in method.Parameters)
            text.Append($"            Argument{parameter.Ordinal} = default;\n");
        text.Append("        }\n");

        WriteCancellation(text, call);
    }

    /// <summary>The first token of the method is the one that is cancelled while the call is under way.</summary>
    private static void WriteCancellation(StringBuilder text, GrainMethod call)
    {
        const string Token = "global::System.Threading.CancellationToken";
        var parameters = call.Method.Parameters;
        if (parameters.FirstOrDefault(parameter => parameter.Type.ToDisplayString() == CancellationToken) is { } token)
        {
            text.Append("        public override bool IsCancellable => true;\n");
            text.Append($"        public override {Token} GetCancellationToken() => Argument{token.Ordinal};\n");
            text.Append($"        public override void SetCancellationToken({Token} token) => Argument{token.Ordinal} = token;\n");
        }
        else if (call.Kind != GrainMethod.ReturnKind.Sequence && parameters.FirstOrDefault(parameter => parameter.Type.OriginalDefinition.ToDisplayString().TrimEnd('?') == GrainCancellationToken) is { } grainToken)
        {
            var argument = $"Argument{grainToken.Ordinal}";
            text.Append("        public override bool IsCancellable => true;\n");
            text.Append("        public override bool CancellationOnlyTells => true;\n");
            text.Append($"        public override {Token} GetCancellationToken() => {argument} is null ? default : {argument}.CancellationToken;\n");
            text.Append($"        public override void SetCancellationToken({Token} token) => {argument} = {argument} is null ? null : new global::{GrainCancellationToken}(token);\n");
        }
    }

    private static void WriteInvoke(StringBuilder text, GrainMethod call, string interfaceName)
    {
        var method = call.Method;
        var generic = method.TypeParameters.Length == 0 ? "" : Symbols.List(method.TypeParameters);
        var invocation = $"(({interfaceName})target).{method.Name}{generic}({string.Join(", ", method.Parameters.Select(parameter => "Argument" + parameter.Ordinal))})";
        switch (call.Kind)
        {
            case GrainMethod.ReturnKind.Sequence:
                text.Append($"        protected override {Symbols.Full(method.ReturnType)} InvokeInner(object target) => {invocation};\n");
                break;
            case GrainMethod.ReturnKind.Void:
                text.Append($"        protected override global::System.Threading.Tasks.ValueTask InvokeInner(object target)\n        {{\n            {invocation};\n            return default;\n        }}\n");
                break;
            case GrainMethod.ReturnKind.Task:
                text.Append($"        protected override global::System.Threading.Tasks.ValueTask InvokeInner(object target) => new global::System.Threading.Tasks.ValueTask({invocation});\n");
                break;
            case GrainMethod.ReturnKind.ValueTask:
                text.Append($"        protected override global::System.Threading.Tasks.ValueTask InvokeInner(object target) => {invocation};\n");
                break;
            default:
                var result = Symbols.Full(call.Result!);
                text.Append(call.Kind == GrainMethod.ReturnKind.TaskOfResult
                    ? $"        protected override global::System.Threading.Tasks.ValueTask<{result}> InvokeInner(object target) => new global::System.Threading.Tasks.ValueTask<{result}>({invocation});\n"
                    : $"        protected override global::System.Threading.Tasks.ValueTask<{result}> InvokeInner(object target) => {invocation};\n");
                if (Symbols.IsImmutable(call.Result!) || method.GetReturnTypeAttributes().Any(data => data.AttributeClass?.ToDisplayString() == "Orleans.ImmutableAttribute"))
                    text.Append($"        protected override {result} CopyResult({result} result) => result;\n");
                break;
        }
    }

    private static string Codec(IParameterSymbol parameter) => $"global::Nsn.Engine.Serialization.CodecOf<{Symbols.Full(parameter.Type)}>.Instance";
}
