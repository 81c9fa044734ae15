using System.ComponentModel.DataAnnotations;

namespace Nsn.Gateway;

/// <summary>Web origins: scheme, host and port, and nothing behind them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OriginsAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is IEnumerable<string> origins && origins.FirstOrDefault(origin => !IsOrigin(origin)) is { } broken
            ? new ValidationResult($"'{broken}' in {validationContext.MemberName} is no origin like https://gateway.example:8080.")
            : ValidationResult.Success;

    // As browsers write it, so that nothing but an origin gets into a header.
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && $"{url.Scheme}://{url.Authority}" == text;
}
