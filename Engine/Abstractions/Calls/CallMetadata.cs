using System.Reflection;

namespace Nsn.Engine.Calls;

/// <summary>Finds the methods that generated calls stand for; only filters ask for them.</summary>
public static class CallMetadata
{
    /// <summary>The interface's name as Orleans prints it: namespace and name, no type arguments.</summary>
    public static string NameOf(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition().FullName : type.FullName;

    /// <summary>The method with this name and these parameter types (null where the type depends on a method's type parameter).</summary>
    public static MethodInfo Find(Type interfaceType, string name, Type[] methodArguments, params Type[] parameters)
    {
        foreach (var method in interfaceType.GetMethods())
        {
            if (method.Name != name || method.GetGenericArguments().Length != methodArguments.Length)
                continue;
            var declared = method.GetParameters();
            if (declared.Length != parameters.Length)
                continue;
            var same = true;
            for (var i = 0; i < parameters.Length && same; i++)
                same = parameters[i] is null || declared[i].ParameterType == parameters[i] || declared[i].ParameterType.ContainsGenericParameters;
            if (same)
                return methodArguments.Length == 0 ? method : method.MakeGenericMethod(methodArguments);
        }

        throw new MissingMethodException(interfaceType.FullName, name);
    }
}
