// Writes the golden vectors: dotnet run --project tests/Protocol.Vectors -- Protocol/vectors
using Nsn.Protocol.Vectors;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: dotnet run --project tests/Protocol.Vectors -- FOLDER");
    return 2;
}

Directory.CreateDirectory(args[0]);
foreach ((string name, string json) in VectorFiles.All())
{
    File.WriteAllText(Path.Combine(args[0], name), json);
    Console.WriteLine($"{name} {json.Length} characters");
}

return 0;
