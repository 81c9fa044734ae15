namespace Nsn.Protocol.Ledger.Metadata;

/// <summary>The paths of types in metadata. Clients know Substrate's own types by their Rust paths and treat them specially (addresses, hashes, eras, events).</summary>
internal static class TypePaths
{
    private static readonly Dictionary<string, string> s_known = new(StringComparer.Ordinal)
    {
        ["H256"] = "primitive_types::H256",
        ["AccountId32"] = "sp_core::crypto::AccountId32",
        ["MultiAddress"] = "sp_runtime::multiaddress::MultiAddress",
        ["MultiSignature"] = "sp_runtime::MultiSignature",
        ["Era"] = "sp_runtime::generic::era::Era",
        ["UncheckedExtrinsic"] = "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic",
        ["DispatchError"] = "sp_runtime::DispatchError",
        ["ModuleError"] = "sp_runtime::ModuleError",
        ["TokenError"] = "sp_runtime::TokenError",
        ["ArithmeticError"] = "sp_arithmetic::ArithmeticError",
        ["Weight"] = "sp_weights::weight_v2::Weight",
        ["DispatchInfo"] = "frame_support::dispatch::DispatchInfo",
        ["DispatchClass"] = "frame_support::dispatch::DispatchClass",
        ["Pays"] = "frame_support::dispatch::Pays",
        ["EventRecord"] = "frame_system::EventRecord",
        ["Phase"] = "frame_system::Phase",
        ["AccountInfo"] = "frame_system::AccountInfo",
        ["AccountData"] = "pallet_balances::types::AccountData",
        ["ExtraFlags"] = "pallet_balances::types::ExtraFlags",
        ["RuntimeCall"] = "nsn_runtime::RuntimeCall",
        ["RuntimeEvent"] = "nsn_runtime::RuntimeEvent",
        ["Runtime"] = "nsn_runtime::Runtime",
    };

    /// <summary>The parts of a type's path. A pallet's calls, events and errors are called <c>{Pallet}Call</c> and so on.</summary>
    public static IReadOnlyList<string> Of(string name) => s_known.TryGetValue(name, out var path) ? path.Split("::") : ["nsn_ledger", name];
}
