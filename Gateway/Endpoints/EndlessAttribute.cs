namespace Nsn.Gateway.Endpoints;

/// <summary>On a handler: its answer goes on until who asked is gone. See <see cref="EndlessAnswer"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EndlessAttribute : Attribute;
