namespace Nsn.Engine.Runtime.Silos;

/// <summary>Publishes figures of this silo to placement everywhere: free video memory, models that are warm, queue wait. Registered as a service; asked every second.</summary>
public interface ISiloFigureSource
{
    IEnumerable<KeyValuePair<string, double>> GetFigures();
}
