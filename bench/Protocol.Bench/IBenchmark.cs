namespace Nsn.Protocol.Bench;

/// <summary>One benchmark; the program finds every class that implements this.</summary>
internal interface IBenchmark
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Measures and reports under the keys of the JSON file.</summary>
    void Run(Results results);
}
