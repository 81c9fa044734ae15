using System.Runtime.CompilerServices;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>Numbers the errors of a pallet in the order in which they are declared.</summary>
internal sealed class ErrorSet(byte pallet, string name)
{
    private readonly List<DispatchError> _all = [];

    public IReadOnlyList<DispatchError> All => _all;

    /// <summary>The next error, named after the property that it initialises.</summary>
    public DispatchError Next([CallerMemberName] string error = "")
    {
        var next = new DispatchError(DispatchErrorKind.Module, pallet, (byte)_all.Count, $"{name}.{error}");
        _all.Add(next);
        return next;
    }
}
