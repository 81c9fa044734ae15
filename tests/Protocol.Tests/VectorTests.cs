using System.Runtime.CompilerServices;
using Nsn.Protocol.Vectors;

namespace Nsn.Protocol.Tests;

public sealed class VectorTests
{
    [Fact]
    public void The_golden_vectors_are_what_the_code_makes()
    {
        string folder = Folder();
        List<string> names = [];
        foreach ((string name, string json) in VectorFiles.All())
        {
            names.Add(name);
            string path = Path.Combine(folder, name);
            Assert.True(File.Exists(path), $"{name} is missing: dotnet run --project tests/Protocol.Vectors -- Protocol/vectors");
            Assert.True(File.ReadAllText(path) == json, $"{name} differs: a format has changed. If that is meant, write the vectors again and say so in the changelog");
        }

        Assert.Equal(names.Count, names.Distinct().Count());
    }

    internal static string Folder([CallerFilePath] string thisFile = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../Protocol/vectors"));
}
